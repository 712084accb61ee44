/** A run that is writing: keeps its session alive until ended, so that no prune removes what it is about to need. */
export interface Session {
  readonly id: string;
  end(): Promise<void>;
}
