import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';
import type { S3Request } from './types.ts';

const BUCKET_READS: Record<string, [string, string]> = {
  location: ['GetBucketLocation', 's3:GetBucketLocation'],
  versioning: ['GetBucketVersioning', 's3:GetBucketVersioning'],
  'object-lock': ['GetObjectLockConfiguration', 's3:GetBucketObjectLockConfiguration'],
  lifecycle: ['GetBucketLifecycleConfiguration', 's3:GetLifecycleConfiguration'],
  versions: ['ListObjectVersions', 's3:ListBucketVersions'],
};
const OBJECT_READS: Record<string, [string, string]> = {
  tagging: ['GetObjectTagging', 's3:GetObjectTagging'],
  retention: ['GetObjectRetention', 's3:GetObjectRetention'],
};

/** What a request is, in the API's words, from its method, host, path and query. */
export function routeOf(request: IncomingMessage, sequence: number, domain: string | undefined): S3Request {
  const url = new URL(request.url ?? '/', 'http://server');
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const inHost = domain !== undefined && host.endsWith(`.${domain}`) ? host.slice(0, -domain.length - 1) : undefined;
  const path = decodeURIComponent(url.pathname.slice(1));
  const slash = path.indexOf('/');
  const bucket = inHost ?? (slash === -1 ? path : path.slice(0, slash));
  const key = inHost !== undefined ? path : slash === -1 ? '' : path.slice(slash + 1);
  const [operation, ...actions] = operationOf(request, url.searchParams, bucket, key);
  return { sequence, operation, actions, bucket, key, headers: request.headers, query: url.searchParams };
}

function operationOf(
  { method = 'GET', headers }: IncomingMessage,
  query: URLSearchParams,
  bucket: string,
  key: string,
): [string, ...string[]] {
  if (bucket === '') {
    return ['ListBuckets', 's3:ListAllMyBuckets'];
  }
  const known = key === '' ? bucketOperation(method, query) : objectOperation(method, query, headers);
  if (known === undefined || headers['x-amz-copy-source'] !== undefined) {
    throw new Refusal(
      501,
      'NotImplemented',
      'A header or query you provided implies functionality that is not implemented',
    );
  }
  return known;
}

function bucketOperation(method: string, query: URLSearchParams): [string, ...string[]] | undefined {
  const read = Object.entries(BUCKET_READS).find(([name]) => query.has(name))?.[1];
  switch (method) {
    case 'GET':
      return read ?? ['ListObjectsV2', 's3:ListBucket'];
    case 'HEAD':
      return ['HeadBucket', 's3:ListBucket'];
    case 'PUT':
      if (query.has('versioning')) {
        return ['PutBucketVersioning', 's3:PutBucketVersioning'];
      }
      return query.size === 0 ? ['CreateBucket', 's3:CreateBucket'] : undefined;
    case 'POST':
      return query.has('delete') ? ['DeleteObjects'] : undefined;
    default:
      return undefined;
  }
}

function objectOperation(
  method: string,
  query: URLSearchParams,
  headers: IncomingMessage['headers'],
): [string, ...string[]] | undefined {
  const read = Object.entries(OBJECT_READS).find(([name]) => query.has(name))?.[1];
  switch (method) {
    case 'GET':
      return read ?? ['GetObject', 's3:GetObject'];
    case 'HEAD':
      return ['HeadObject', 's3:GetObject'];
    case 'PUT':
      if (query.has('retention')) {
        return ['PutObjectRetention', 's3:PutObjectRetention'];
      }
      return query.has('uploadId') || read !== undefined ? undefined : ['PutObject', ...putActions(headers)];
    case 'DELETE':
      return ['DeleteObject', query.has('versionId') ? 's3:DeleteObjectVersion' : 's3:DeleteObject'];
    default:
      return undefined;
  }
}

function putActions(headers: IncomingMessage['headers']): string[] {
  return [
    's3:PutObject',
    ...(headers['x-amz-object-lock-mode'] === undefined ? [] : ['s3:PutObjectRetention']),
    ...(headers['x-amz-tagging'] === undefined ? [] : ['s3:PutObjectTagging']),
  ];
}
