/** By what a later list is known to go on from one. */
export interface ListState {
  /** The version that it began with: an equal one proves that nothing was written in between. */
  version: string;
  /** The revision that the last write before it left, or a deletion; absent where Grafana shows no history. */
  lastWrite?: string;
}

/** Takes the state of a complete list, where it proves something. */
export type BeginList = (state: ListState) => void;
