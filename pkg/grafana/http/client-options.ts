import type { Json } from '../../lib/json/json.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import type { Query } from './address.ts';
import type { CredentialSource } from './credentials.ts';
import type { OutboundPolicy } from '../../storage/outbound/policy.ts';
import type { Left } from '../../lib/json/bytes.ts';

/** How to talk to a Grafana. */
export interface ClientOptions {
  /** Where Grafana answers, with its sub-path when it has one. */
  url: string;
  credentials: CredentialSource;
  clock: Clock;
  randomness: Randomness;
  log: Log;
  /** Concurrent requests at most; 64 by default. How many there are is found out by how fast Grafana answers. */
  concurrency?: number;
  /** Milliseconds that one attempt may take; 30 000 by default. */
  timeout?: number;
  /** Attempts for requests that may be repeated; 5 by default. */
  attempts?: number;
  /** Milliseconds that a run waits for a Grafana that is restarting; 300 000 by default. See `waitOutRestarts`. */
  wait?: number;
  /** Where the address may lead; anywhere without it. */
  outbound?: OutboundPolicy;
  /** PEM file with further certificate authorities. */
  caFile?: string;
}

/** What one request needs beside its method and path. */
export interface RequestOptions {
  query?: Query;
  body?: Json;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  accept?: string;
  /** Milliseconds for one attempt, instead of the client's. */
  timeout?: number;
  /** Nobody looks at what a good answer says: it is not parsed, and `json` is null. */
  ignoreBody?: true;
  /** Much else waits for it: it goes before all other requests. */
  first?: true;
  /** Called with the first part of a good answer's body as it came, as soon as it is there; once for each attempt. */
  begins?: (part: Buffer) => void;
  /** Gets the milliseconds that a good response took. */
  took?: (milliseconds: number) => void;
  /** What of the answer is left as bytes (`parseOutline`). */
  leave?: Left;
  /**
   * Of an answer that is a list of objects only these members of each are kept (`ItemReader`): it may have any size.
   */
  keep?: readonly string[];
  /** The part of the memory for a list that what is kept may take; all of it by default. */
  part?: number;
  /** The answer is a list, or a page of one: it gets less memory than a single resource, since there are others. */
  list?: true;
  /**
   * `always`: repeat after anything that may pass (the default for GET). `unprocessed`: only when the server said that
   * it did not take the request (429, 503 with Retry-After), the default for writes. `never`: not at all.
   */
  retry?: 'always' | 'unprocessed' | 'never';
}

/** A good answer. */
export interface GrafanaResponse {
  status: number;
  json: Json;
  headers: Record<string, string | string[] | undefined>;
}
