import type { S3Response, Context } from './response.ts';
import { header } from './response.ts';
import { listObjects, listVersions } from './listing.ts';
import {
  checkChecksums,
  deleteObject,
  getObject,
  getRetention,
  getTagging,
  putObject,
  putRetention,
} from './objects.ts';
import { Refusal } from './refusal.ts';
import type { XmlElement } from './xml.ts';
import { elementsOf, textsOf, xml } from './xml.ts';

const PAGE = 1_000;

type Operation = (context: Context) => Promise<S3Response>;

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: getObject,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  GetObjectTagging: getTagging,
  GetObjectRetention: getRetention,
  PutObjectRetention: putRetention,
  HeadBucket: async () => ({ status: 200 }),
  ListObjectsV2: async ({ bucket, request, options }) => ({
    status: 200,
    body: await listObjects(bucket, request.query, options.pageSize ?? PAGE),
  }),
  ListObjectVersions: async ({ bucket, request }) => ({ status: 200, body: await listVersions(bucket, request.query) }),
  GetBucketLocation: async () => ({ status: 200, body: xml('LocationConstraint', {}) }),
  GetBucketVersioning: async ({ bucket }) => ({
    status: 200,
    body: xml('VersioningConfiguration', {
      Status: bucket.versioning ? 'Enabled' : bucket.isSuspended ? 'Suspended' : undefined,
    }),
  }),
  PutBucketVersioning: async ({ bucket, body }) => {
    bucket.versioning = textsOf(body.toString(), 'Status')[0] === 'Enabled' || bucket.objectLock;
    return { status: 200 };
  },
  GetBucketLifecycleConfiguration: async ({ bucket }) => {
    if (bucket.lifecycle === undefined) {
      throw new Refusal(404, 'NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist');
    }
    return { status: 200, body: `<LifecycleConfiguration>${bucket.lifecycle}</LifecycleConfiguration>` };
  },
  GetObjectLockConfiguration: async ({ bucket }) => {
    if (!bucket.objectLock) {
      throw new Refusal(
        404,
        'ObjectLockConfigurationNotFoundError',
        'Object Lock configuration does not exist for this bucket',
      );
    }
    return { status: 200, body: xml('ObjectLockConfiguration', { ObjectLockEnabled: 'Enabled' }) };
  },
};

async function deleteObjects(context: Context): Promise<S3Response> {
  const { bucket, request, body, now, options } = context;
  const mode = options.multiDelete ?? 'aws';
  if (mode === 'refused') {
    throw new Refusal(501, 'NotImplemented', 'DeleteObjects is not implemented');
  }
  const hasMd5 = header(request, 'content-md5') !== undefined;
  if (!checkChecksums(request.headers, body) || (mode === 'content-md5' && !hasMd5)) {
    throw new Refusal(400, 'InvalidRequest', 'Missing required header for this request: Content-MD5');
  }
  const objects = elementsOf(body.toString(), 'Object');
  if (objects.length === 0 || objects.length > PAGE) {
    throw new Refusal(400, 'MalformedXML', 'The XML you provided was not well-formed');
  }
  const deleted: XmlElement[] = [];
  const errors: XmlElement[] = [];
  for (const object of objects) {
    const key = textsOf(object, 'Key')[0] ?? '';
    const versionId = textsOf(object, 'VersionId')[0];
    try {
      context.require(versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion', key);
      let marker: { versionId: string } | undefined;
      if (versionId === undefined) {
        marker = bucket.delete(key, now);
      } else {
        const bypass = header(request, 'x-amz-bypass-governance-retention') === 'true';
        bucket.deleteVersion(key, versionId, now, bypass);
      }
      deleted.push({
        Key: key,
        VersionId: versionId,
        DeleteMarker: marker && 'true',
        DeleteMarkerVersionId: marker?.versionId,
      });
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error;
      }
      errors.push({ Key: key, VersionId: versionId, Code: error.code, Message: error.message });
    }
  }
  const quiet = textsOf(body.toString(), 'Quiet')[0] === 'true';
  return { status: 200, body: xml('DeleteResult', { Deleted: quiet ? [] : deleted, Error: errors }) };
}
