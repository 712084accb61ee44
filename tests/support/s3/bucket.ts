import { createHash } from 'node:crypto';
import { compareKeys } from '../../../pkg/storage/keys.ts';
import type { Body, Bodies, StagedBody } from './bodies.ts';
import { Refusal, accessDenied } from './refusal.ts';
import type { BucketOptions } from './types.ts';

export interface Retention {
  mode: string;
  until: Date;
}

/** What was said about an object when it was put. */
export interface Attributes {
  contentType: string;
  metadata: Record<string, string>;
  storageClass?: string;
  encryption?: string;
  kmsKeyId?: string;
  tags?: string;
  retention?: Retention;
}

export interface Version {
  versionId: string;
  /** Absent for a delete marker. */
  body: Body | undefined;
  etag: () => Promise<string>;
  lastModified: Date;
  attributes: Attributes;
}

/**
 * One bucket: keys, each with its versions, oldest first. Everything that changes it happens in one synchronous step.
 */
export class Bucket {
  readonly name: string;
  readonly owner: string;
  readonly objectLock: boolean;
  readonly lifecycle: string | undefined;
  versioning: boolean;
  readonly isSuspended: boolean;
  readonly #bodies: Bodies;
  readonly #versions = new Map<string, Version[]>();
  #sorted: string[] | undefined;
  #count = 0;

  constructor(options: BucketOptions, bodies: Bodies) {
    this.name = options.name;
    this.owner = options.owner ?? '000000000000';
    this.lifecycle = options.lifecycle;
    this.objectLock = options.objectLock ?? false;
    this.versioning = options.versioning === true || this.objectLock;
    this.isSuspended = options.versioning === 'suspended';
    this.#bodies = bodies;
    for (const { name, body, lastModified } of bodies.found()) {
      if (!name.startsWith('.')) {
        let known: Promise<string> | undefined;
        const etag = () => (known ??= body.read().then(md5));
        const attributes = { contentType: 'application/octet-stream', metadata: {} };
        this.#versions.set(name, [{ versionId: 'null', body, etag, lastModified, attributes }]);
      }
    }
  }

  stage(bytes: Buffer): Promise<StagedBody> {
    return this.#bodies.stage(bytes);
  }

  /** The present version; undefined when there is none or it is a delete marker. */
  current(key: string): (Version & { body: Body }) | undefined {
    return withBody(this.#versions.get(key)?.at(-1));
  }

  version(key: string, versionId: string): Version | undefined {
    return this.#versions.get(key)?.find((version) => version.versionId === versionId);
  }

  versionsOf(key: string): readonly Version[] {
    return this.#versions.get(key) ?? [];
  }

  put(key: string, staged: StagedBody, etag: string, now: Date, attributes: Attributes): Version {
    const versionId = this.#nextVersionId();
    const body = staged.commit(this.versioning ? `.versions/${versionId}` : key);
    const version = { versionId, body, etag: () => Promise.resolve(etag), lastModified: now, attributes };
    this.#append(key, version);
    return version;
  }

  /** Deletes as S3 does: with versions a marker, without them the object. Returns the marker. */
  delete(key: string, now: Date): Version | undefined {
    if (this.versioning) {
      const marker: Version = {
        versionId: this.#nextVersionId(),
        body: undefined,
        etag: () => Promise.resolve(''),
        lastModified: now,
        attributes: { contentType: '', metadata: {} },
      };
      this.#append(key, marker);
      return marker;
    }
    this.current(key)?.body.discard();
    this.#forget(key);
    return undefined;
  }

  /** @throws Refusal when object lock holds it */
  deleteVersion(key: string, versionId: string, now: Date, bypassGovernance: boolean): void {
    const versions = this.#versions.get(key) ?? [];
    const version = versions.find((candidate) => candidate.versionId === versionId);
    const retention = version?.attributes.retention;
    if (retention !== undefined && retention.until > now && !(retention.mode === 'GOVERNANCE' && bypassGovernance)) {
      throw accessDenied('Access Denied because object protected by object lock.');
    }
    version?.body?.discard();
    const rest = versions.filter((candidate) => candidate !== version);
    if (rest.length === 0) {
      this.#forget(key);
    } else {
      this.#versions.set(key, rest);
    }
  }

  /** @returns gives the bucket its present contents, which have to be in memory */
  keep(): () => void {
    const kept = new Map(this.#versions);
    return () => {
      this.#sorted = undefined;
      this.#versions.clear();
      kept.forEach((versions, key) => this.#versions.set(key, versions));
    };
  }

  /** All keys that ever were and still have a version, in byte order. */
  keys(): readonly string[] {
    this.#sorted ??= [...this.#versions.keys()].sort(compareKeys);
    return this.#sorted;
  }

  checkLock(attributes: Attributes, hasChecksum: boolean): void {
    if (attributes.retention === undefined) {
      return;
    }
    if (!this.objectLock) {
      throw new Refusal(400, 'InvalidRequest', 'Bucket is missing Object Lock Configuration');
    }
    if (!hasChecksum) {
      throw new Refusal(
        400,
        'InvalidRequest',
        'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
      );
    }
  }

  #append(key: string, version: Version): void {
    const before = this.#versions.get(key);
    if (before === undefined) {
      this.#sorted = undefined;
    }
    this.#versions.set(key, this.versioning ? [...(before ?? []), version] : [version]);
  }

  #forget(key: string): void {
    if (this.#versions.delete(key)) {
      this.#sorted = undefined;
    }
  }

  #nextVersionId(): string {
    this.#count += 1;
    return this.versioning ? `v${String(this.#count).padStart(12, '0')}` : 'null';
  }
}

export function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}

export function withBody(version: Version | undefined): (Version & { body: Body }) | undefined {
  return version?.body === undefined ? undefined : { ...version, body: version.body };
}
