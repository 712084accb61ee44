import { compareKeys } from '../../../pkg/storage/keys.ts';
import type { Bucket } from './bucket.ts';
import { withBody } from './bucket.ts';
import type { XmlElement } from './xml.ts';
import { xml } from './xml.ts';
import { Refusal } from './refusal.ts';

interface Page {
  keys: string[];
  prefixes: string[];
  /** Where the next page goes on; undefined at the end. */
  next: string | undefined;
}

/** ListObjectsV2: one page of the present objects. */
export async function listObjects(bucket: Bucket, query: URLSearchParams, pageSize: number): Promise<string> {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const token = query.get('continuation-token');
  const after = token === null ? query.get('start-after') : fromToken(token);
  const maxKeys = maxKeysOf(query, pageSize);
  const page = pageOf(bucket, { prefix, delimiter, after: after ?? undefined, maxKeys });
  const encode = query.get('encoding-type') === 'url' ? encodeURIComponent : (text: string) => text;
  const contents: XmlElement[] = [];
  for (const key of page.keys) {
    const version = bucket.current(key);
    if (version !== undefined) {
      contents.push({
        Key: encode(key),
        LastModified: version.lastModified.toISOString(),
        ETag: `"${await version.etag()}"`,
        Size: version.body.size,
        StorageClass: version.attributes.storageClass ?? 'STANDARD',
      });
    }
  }
  return xml('ListBucketResult', {
    Name: bucket.name,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    MaxKeys: maxKeys,
    EncodingType: query.get('encoding-type') ?? undefined,
    KeyCount: page.keys.length + page.prefixes.length,
    IsTruncated: page.next !== undefined,
    ContinuationToken: token ?? undefined,
    NextContinuationToken: page.next === undefined ? undefined : toToken(page.next),
    Contents: contents,
    CommonPrefixes: page.prefixes.map((text) => ({ Prefix: encode(text) })),
  });
}

export async function listVersions(bucket: Bucket, query: URLSearchParams): Promise<string> {
  const prefix = query.get('prefix') ?? '';
  const versions: XmlElement[] = [];
  const markers: XmlElement[] = [];
  for (const key of bucket.keys().filter((candidate) => candidate.startsWith(prefix))) {
    const all = [...bucket.versionsOf(key)].reverse();
    for (const version of all) {
      const entry = {
        Key: key,
        VersionId: version.versionId,
        IsLatest: version === all[0],
        LastModified: version.lastModified.toISOString(),
      };
      const body = withBody(version)?.body;
      if (body === undefined) {
        markers.push(entry);
      } else {
        versions.push({ ...entry, ETag: `"${await version.etag()}"`, Size: body.size });
      }
    }
  }
  return xml('ListVersionsResult', {
    Name: bucket.name,
    Prefix: prefix,
    MaxKeys: 1_000,
    IsTruncated: false,
    Version: versions,
    DeleteMarker: markers,
  });
}

function pageOf(
  bucket: Bucket,
  {
    prefix,
    delimiter,
    after,
    maxKeys,
  }: { prefix: string; delimiter: string; after: string | undefined; maxKeys: number },
): Page {
  const all = bucket.keys();
  const keys: string[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  for (let at = firstAtOrAfter(all, after ?? prefix); at < all.length; at += 1) {
    const key = all[at] ?? '';
    if (
      after !== undefined &&
      (compareKeys(key, after) <= 0 || (delimiter !== '' && after.endsWith(delimiter) && key.startsWith(after)))
    ) {
      continue;
    }
    if (!key.startsWith(prefix)) {
      if (compareKeys(key, prefix) > 0) {
        break;
      }
      continue;
    }
    if (bucket.current(key) === undefined) {
      continue;
    }
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const common = end === -1 ? undefined : key.slice(0, end + delimiter.length);
    if (common !== undefined && common === prefixes.at(-1)) {
      continue;
    }
    if (keys.length + prefixes.length === maxKeys) {
      return { keys, prefixes, next: last };
    }
    if (common === undefined) {
      keys.push(key);
    } else {
      prefixes.push(common);
    }
    last = common ?? key;
  }
  return { keys, prefixes, next: undefined };
}

function firstAtOrAfter(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys(sorted[middle] ?? '', key) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function maxKeysOf(query: URLSearchParams, pageSize: number): number {
  const asked = Number(query.get('max-keys') ?? pageSize);
  if (!Number.isInteger(asked) || asked < 0) {
    throw new Refusal(400, 'InvalidArgument', 'max-keys is not a number');
  }
  return Math.min(asked, pageSize);
}

/** Opaque on purpose: a client that makes up its own tokens fails. */
function toToken(key: string): string {
  return Buffer.from(`after:${key}`).toString('base64');
}

function fromToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (!text.startsWith('after:')) {
    throw new Refusal(400, 'InvalidArgument', 'The continuation token provided is incorrect');
  }
  return text.slice('after:'.length);
}
