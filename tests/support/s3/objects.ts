import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import type { S3Response, Context } from './response.ts';
import { header } from './response.ts';
import type { Attributes, Bucket, Version } from './bucket.ts';
import { md5, withBody } from './bucket.ts';
import { Refusal } from './refusal.ts';
import type { S3ServerOptions } from './types.ts';
import { textsOf, xml } from './xml.ts';

/** How long a racy server looks away before it writes, in milliseconds: others come meanwhile, however slow all is. */
const RACE_MILLISECONDS = 250;

export async function putObject({ bucket, request, body, now, options }: Context): Promise<S3Response> {
  const condition = header(request, 'if-none-match');
  const mode = options.conditionalPut ?? 'enforced';
  if (condition !== undefined && mode === 'refused') {
    throw new Refusal(501, 'NotImplemented', 'A header you provided implies functionality that is not implemented');
  }
  const checkCondition = () => {
    if (condition === '*' && bucket.current(request.key) !== undefined) {
      throw new Refusal(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
    }
  };
  const hasChecksum = checkChecksums(request.headers, body);
  const attributes = attributesOf(request.headers, bucket.objectLock, options.ignores);
  bucket.checkLock(attributes, hasChecksum);
  if (mode === 'racy' && condition !== undefined) {
    checkCondition();
    await sleep(RACE_MILLISECONDS);
  }
  const staged = await bucket.stage(body);
  try {
    if (mode === 'enforced') {
      checkCondition();
    }
  } catch (error) {
    staged.discard();
    throw error;
  }
  const etag = md5(body);
  const version = bucket.put(request.key, staged, etag, now, attributes);
  return {
    status: 200,
    headers: { ETag: `"${etag}"`, ...versionHeaders(bucket, version), ...encryptionHeaders(version) },
  };
}

export async function getObject(context: Context): Promise<S3Response> {
  const { bucket, request } = context;
  const version = find(context);
  const bytes = request.operation === 'HeadObject' ? undefined : await version.body.read();
  const size = bytes?.length ?? version.body.size;
  const headers: Record<string, string> = {
    'Content-Type': version.attributes.contentType,
    'Content-Length': String(size),
    'Last-Modified': version.lastModified.toUTCString(),
    'Accept-Ranges': 'bytes',
    ETag: `"${await version.etag()}"`,
    ...versionHeaders(bucket, version),
    ...encryptionHeaders(version),
    ...retentionHeaders(version),
  };
  for (const [name, value] of Object.entries(version.attributes.metadata)) {
    headers[`x-amz-meta-${name}`] = value;
  }
  if (version.attributes.storageClass !== undefined) {
    headers['x-amz-storage-class'] = version.attributes.storageClass;
  }
  const range = rangeOf(header(request, 'range'), size);
  if (range === undefined) {
    return { status: 200, headers, body: bytes };
  }
  headers['Content-Length'] = String(range.last - range.first + 1);
  headers['Content-Range'] = `bytes ${range.first}-${range.last}/${size}`;
  return { status: 206, headers, body: bytes?.subarray(range.first, range.last + 1) };
}

export async function deleteObject({ bucket, request, now }: Context): Promise<S3Response> {
  const versionId = request.query.get('versionId');
  if (versionId !== null) {
    const bypass = header(request, 'x-amz-bypass-governance-retention') === 'true';
    bucket.deleteVersion(request.key, versionId, now, bypass);
    return { status: 204, headers: { 'x-amz-version-id': versionId } };
  }
  const marker = bucket.delete(request.key, now);
  return {
    status: 204,
    headers: marker === undefined ? {} : { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.versionId },
  };
}

export async function getTagging(context: Context): Promise<S3Response> {
  const tags = [...new URLSearchParams(find(context).attributes.tags ?? '')];
  return { status: 200, body: xml('Tagging', { TagSet: { Tag: tags.map(([Key, Value]) => ({ Key, Value })) } }) };
}

export async function getRetention(context: Context): Promise<S3Response> {
  const { retention } = find(context).attributes;
  if (retention === undefined) {
    throw new Refusal(
      404,
      'NoSuchObjectLockConfiguration',
      'The specified object does not have a ObjectLock configuration',
    );
  }
  const body = xml('Retention', { Mode: retention.mode, RetainUntilDate: retention.until.toISOString() });
  return { status: 200, body };
}

/**
 * A lock can be made longer by anyone who may; made shorter, or given another mode, only where it is no longer in
 * force.
 */
export async function putRetention(context: Context): Promise<S3Response> {
  const { bucket, request, body, now } = context;
  if (!bucket.objectLock) {
    throw new Refusal(400, 'InvalidRequest', 'Bucket is missing Object Lock Configuration');
  }
  if (!checkChecksums(request.headers, body)) {
    throw new Refusal(400, 'InvalidRequest', 'Missing required header for this request: Content-MD5');
  }
  const [mode] = textsOf(body.toString(), 'Mode');
  const until = new Date(textsOf(body.toString(), 'RetainUntilDate')[0] ?? '');
  if (mode === undefined || !(until > now)) {
    throw new Refusal(400, 'InvalidArgument', 'The retain until date must be in the future!');
  }
  const { attributes } = find(context);
  const before = attributes.retention;
  const bypass = before?.mode === 'GOVERNANCE' && header(request, 'x-amz-bypass-governance-retention') === 'true';
  if (before !== undefined && before.until > now && !bypass && (until < before.until || mode !== before.mode)) {
    throw new Refusal(403, 'AccessDenied', 'Access Denied because object protected by object lock.');
  }
  attributes.retention = { mode, until };
  return { status: 200 };
}

function find({ bucket, request }: Context): ReturnType<typeof required> {
  const versionId = request.query.get('versionId');
  return required(versionId === null ? bucket.current(request.key) : bucket.version(request.key, versionId));
}

function required(version: Version | undefined) {
  const found = withBody(version);
  if (found === undefined) {
    throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.');
  }
  return found;
}

/** Whether a checksum came along; a wrong one is refused. */
export function checkChecksums(headers: Context['request']['headers'], body: Buffer): boolean {
  const given = (name: string) => (typeof headers[name] === 'string' ? headers[name] : undefined);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(body));
  const checks: [string | undefined, () => string][] = [
    [given('content-md5'), () => createHash('md5').update(body).digest('base64')],
    [given('x-amz-checksum-crc32'), () => crc.toString('base64')],
    [given('x-amz-checksum-sha256'), () => createHash('sha256').update(body).digest('base64')],
  ];
  for (const [value, compute] of checks) {
    if (value !== undefined && value !== compute()) {
      throw new Refusal(400, 'BadDigest', 'The checksum you specified did not match what we received.');
    }
  }
  return checks.some(([value]) => value !== undefined);
}

function attributesOf(
  headers: Context['request']['headers'],
  hasLock: boolean,
  ignores: S3ServerOptions['ignores'] = [],
): Attributes {
  const text = (name: string) => (typeof headers[name] === 'string' ? headers[name] : undefined);
  const mode = text('x-amz-object-lock-mode');
  const until = text('x-amz-object-lock-retain-until-date');
  const metadata: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    if (name.startsWith('x-amz-meta-')) {
      metadata[name.slice('x-amz-meta-'.length)] = text(name) ?? '';
    }
  }
  const locked = mode !== undefined && until !== undefined && !ignores.includes('lock');
  if (locked && !hasLock) {
    throw new Refusal(400, 'InvalidRequest', 'Bucket is missing Object Lock Configuration');
  }
  return {
    contentType: text('content-type') ?? 'binary/octet-stream',
    metadata,
    storageClass: text('x-amz-storage-class'),
    encryption: ignores.includes('encryption') ? undefined : text('x-amz-server-side-encryption'),
    kmsKeyId: text('x-amz-server-side-encryption-aws-kms-key-id'),
    tags: text('x-amz-tagging'),
    retention: locked ? { mode, until: new Date(until) } : undefined,
  };
}

function versionHeaders(bucket: Bucket, version: Version): Record<string, string> {
  return bucket.versioning ? { 'x-amz-version-id': version.versionId } : {};
}

function encryptionHeaders({ attributes }: Version): Record<string, string> {
  return {
    ...(attributes.encryption && { 'x-amz-server-side-encryption': attributes.encryption }),
    ...(attributes.kmsKeyId && { 'x-amz-server-side-encryption-aws-kms-key-id': attributes.kmsKeyId }),
  };
}

function retentionHeaders({ attributes: { retention } }: Version): Record<string, string> {
  return retention === undefined
    ? {}
    : {
        'x-amz-object-lock-mode': retention.mode,
        'x-amz-object-lock-retain-until-date': retention.until.toISOString(),
      };
}

function rangeOf(value: string | undefined, size: number): { first: number; last: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(value ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) {
    return undefined;
  }
  const first = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const last = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (first > last) {
    throw new Refusal(416, 'InvalidRange', 'The requested range is not satisfiable', {
      'Content-Range': `bytes */${size}`,
    });
  }
  return { first, last };
}
