import type { Sourced } from '../../lib/sourced.ts';

/** What is set about a bucket of Google Cloud Storage. */
export interface GcsSettings {
  /** With its scheme, where it is not https://storage.googleapis.com. */
  endpoint?: Sourced<string>;
  /** A key file or a configuration of workload identity federation, as JSON; read at each use. */
  credentials?: Sourced<() => Promise<string>>;
  /** For one attempt, without the time that the body itself takes. */
  timeoutMilliseconds?: number;
}
