/** Who asks: the server admin, people and tokens that the first area of the catalogue makes, or nobody. */
export type Caller = 'admin' | 'viewer' | 'token' | 'viewer token' | 'unknown token' | 'nobody';

/** One request of the catalogue. `{{name}}` represents what an earlier step captured under that name. */
export interface Step {
  /** What the step is about, unique in its area. */
  name: string;
  /** Method and path with its query, as in `GET /api/folders/{{folder}}?limit=1`. */
  request: string;
  /** The server admin when it isn't given. */
  as?: Caller;
  /** Captured name of the org that the request acts in; the caller's own when it isn't given. */
  org?: string;
  /** JSON; a text of nothing but `{{name}}` becomes the captured value with its type. */
  body?: unknown;
  /** Sent as it is instead of JSON. */
  rawBody?: string;
  headers?: Record<string, string>;
  /** Name to path in the response, as in `{ folder: 'uid' }`. */
  capture?: Record<string, string>;
  /** Paths whose values are recorded, not just their type; `*` represents each item of a list. */
  keep?: string[];
  /** Paths of objects whose member names are data, such as uids or actions; `` is the response itself. */
  map?: string[];
  /** Members by which the items of the response are sorted first, where Grafana lists them in any order. */
  sortBy?: string[];
  /** Members that are recorded of a response with many others. */
  only?: string[];
  /** Asked again until the response holds this text, or until it does not hold what follows a `!`. */
  until?: string;
  /** Minor versions of Grafana, as in `11.6`: the step is played from the first one on, or before the second one. */
  since?: string;
  before?: string;
}

/** Requests about one subject, played in order. */
export interface Area {
  name: string;
  steps: Step[];
}
