export interface Capabilities {
  readonly version: string;
}
