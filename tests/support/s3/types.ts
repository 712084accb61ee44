/** One request as the server understood it. */
export interface S3Request {
  /** Counts from 1 in the order of arrival. */
  sequence: number;
  /** The API's name: PutObject, ListObjectsV2, … */
  operation: string;
  /** The IAM actions that it needs. */
  actions: string[];
  bucket: string;
  /** Empty for requests about the bucket. */
  key: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  query: URLSearchParams;
}

export interface S3RequestRecord {
  operation: string;
  bucket: string;
  key: string;
  /** 0 when the answer was never sent. */
  status: number;
}

/** What goes wrong with one request. `effect` says whether the request was carried out all the same. */
export type S3Fault =
  | { kind: 'status'; status: number; code: string; message?: string }
  /** Never answers. */
  | { kind: 'hang'; effect?: boolean }
  /** Closes the connection without an answer. */
  | { kind: 'cut'; effect?: boolean }
  /** Announces the whole body, sends some of it and closes the connection. */
  | { kind: 'truncate'; bytes: number }
  /** Sends some of the body and then nothing more, ever. */
  | { kind: 'stall'; bytes: number }
  /** Turns one bit of the body. */
  | { kind: 'flip'; at: number }
  | { kind: 'delay'; milliseconds: number };

export interface BucketOptions {
  name: string;
  versioning?: boolean | 'suspended';
  /** Implies versioning, as on AWS. */
  objectLock?: boolean;
  /** XML of its lifecycle rules. */
  lifecycle?: string;
  /** Twelve digits, checked against `x-amz-expected-bucket-owner`. */
  owner?: string;
}

export interface S3ServerOptions {
  /** The address that it listens on; 127.0.0.1 when absent. */
  host?: string;
  /** A free one when absent. */
  port?: number;
  buckets?: readonly (string | BucketOptions)[];
  /** `test` / `testsecret` when absent. */
  credentials?: readonly { accessKeyId: string; secretAccessKey: string }[];
  /** The region that signatures must name. */
  region?: string;
  /** Bodies are kept there instead of in memory, and found again after a restart (not their earlier versions). */
  directory?: string;
  /** How `If-None-Match: *` is taken. `racy` looks before it takes the body, and so lets several writers win. */
  conditionalPut?: 'enforced' | 'refused' | 'ignored' | 'racy';
  /** How DeleteObjects is taken: as AWS does, only with Content-MD5, or not at all. */
  multiDelete?: 'aws' | 'content-md5' | 'refused';
  /** Asked for by puts and ignored without a word. */
  ignores?: readonly ('encryption' | 'lock')[];
  /** Added to the machine's time: in `Date`, in `LastModified` and when signatures are checked. */
  clockSkewMilliseconds?: number;
  /** Signatures of any time are right: a test that lets days pass need not see each first request refused. */
  anyTime?: boolean;
  latencyMilliseconds?: number;
  /** Keys per page of a list; a request may ask for fewer. */
  pageSize?: number;
  /** Host names `bucket.<domain>` address a bucket. */
  domain?: string;
  tls?: { key: string; cert: string };
  /** Return true to refuse with AccessDenied. */
  deny?: (action: string, key: string) => boolean;
  /** Asked before each request. */
  fault?: (request: S3Request) => S3Fault | undefined;
  /** Remember every request in `requests`; on unless said otherwise. */
  record?: boolean;
}

export interface S3Server {
  readonly url: string;
  readonly port: number;
  /** Oldest first; empty when not recorded. */
  readonly requests: S3RequestRecord[];
  /** How often each operation was asked for. */
  readonly counts: Map<string, number>;
  /** May be changed while the server runs. */
  readonly options: Pick<
    S3ServerOptions,
    'fault' | 'deny' | 'latencyMilliseconds' | 'clockSkewMilliseconds' | 'conditionalPut' | 'multiDelete' | 'ignores'
  >;
  /** What a client needs to be told, as environment variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** @returns gives all buckets their present contents, without `directory` */
  keep(): () => void;
  /** Resolves once no one is connected, so that `requests` has all that was asked. */
  deserted(): Promise<void>;
  close(): Promise<void>;
}
