import type { Bucket } from './bucket.ts';
import type { S3Request, S3Server, S3ServerOptions } from './types.ts';

export interface S3Response {
  status: number;
  headers?: Record<string, string>;
  body?: Buffer | string;
}

/** What an operation on a bucket or an object gets to see. */
export interface Context {
  bucket: Bucket;
  request: S3Request;
  body: Buffer;
  now: Date;
  options: S3Server['options'] & Pick<S3ServerOptions, 'pageSize'>;
  /** @throws Refusal when the action is denied */
  require(action: string, key: string): void;
}

export function header(request: S3Request, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
