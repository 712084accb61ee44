import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { BucketPlace } from '../address.ts';
import { readBody } from '../body.ts';
import { ServiceError } from '../cloud/errors.ts';
import { CloudLock, type Retaining } from '../cloud/retention.ts';
import { RetainingStore, type Writing } from '../cloud/retaining-store.ts';
import { CONTENT_TYPE, type PageQuestion, type PutOutcome, type Reading } from '../cloud/store.ts';
import type { ListPage } from '../listing.ts';
import type { OpenStoreOptions, StoreExplanation } from '../open.types.ts';
import type { StoreProbe } from '../probe.ts';
import type { DeleteResult, ObjectStore, StoreCapabilities } from '../store.ts';
import { AzureConnection } from './connection.ts';
import { AzureDeleter } from './delete.ts';
import { saidByAzure } from './errors.ts';
import { PERMISSIONS } from './permissions.ts';
import { resolveAzure } from './resolve.ts';
import { azureRetaining, policyOf } from './retention.ts';

/** @throws DK_SETTINGS, DK_NOT_ALLOWED, DK_STORE_CREDENTIALS */
export async function openAzure(
  place: BucketPlace,
  options: OpenStoreOptions,
): Promise<StoreExplanation & { store: ObjectStore }> {
  const { azure = {} } = options;
  const resolved = await resolveAzure(azure);
  const { account, endpoint, credentials } = resolved;
  const lock = new CloudLock(options.lock, options.clock);
  const fields = { endpoint: endpoint.value, endpointFrom: endpoint.from, credentialsFrom: credentials.from };
  options.log.info(fields, 'opening the Azure target');
  // The deployment wrote the other addresses.
  const isUsual = azure.endpoint === undefined && azure.connectionString === undefined;
  const outbound = isUsual ? options.outbound : undefined;
  return {
    store: new AzureStore(
      new AzureConnection(await import('./sdk.ts'), place, resolved, { ...options, outbound }),
      lock,
    ),
    settings: [
      { name: 'container', value: place.bucket, from: 'the target' },
      { name: 'prefix', value: place.prefix, from: 'the target' },
      ...(account === undefined ? [] : [{ name: 'account', value: account.value, from: account.from }]),
      { name: 'endpoint', value: endpoint.value, from: endpoint.from },
      { name: 'credentials', value: 'present', from: credentials.from },
    ],
    warnings: [],
  };
}

/** A repository in a container of Azure Blob Storage. */
class AzureStore extends RetainingStore implements StoreProbe {
  readonly capabilities: StoreCapabilities = {
    conditionalPut: 'enforced',
    versioning: 'unknown',
    objectLock: 'unknown',
  };
  readonly provider = 'Azure';
  readonly permissions = { list: PERMISSIONS.read, remove: PERMISSIONS.remove };
  readonly #connection: AzureConnection;
  readonly #deleter: AzureDeleter;
  protected readonly lock: CloudLock;
  protected readonly retaining: Retaining;

  constructor(connection: AzureConnection, lock: CloudLock) {
    super();
    this.#connection = connection;
    this.lock = lock;
    this.retaining = azureRetaining(connection);
    this.#deleter = new AzureDeleter(connection);
  }

  get description(): string {
    return this.#connection.description;
  }

  protected get base(): string {
    return this.#connection.base;
  }

  async close(): Promise<void> {
    this.#connection.close();
  }

  /** Whether blobs have versions; nothing stored yet says that they have none. */
  versioning(signal?: AbortSignal): Promise<boolean> {
    const { base } = this.#connection;
    const what = 'read whether the container keeps versions';
    return this.#connection.call(what, PERMISSIONS.read, { signal }, async ({ container, signal: ends }) => {
      const blobs = container.listBlobsFlat({ prefix: base, includeVersions: true, abortSignal: ends });
      const page = await blobs.byPage({ maxPageSize: 1 }).next();
      const [first] = page.done === true ? [] : page.value.segment.blobItems;
      return first?.versionId !== undefined;
    });
  }

  /** Whether single blobs can be made immutable. */
  objectLock(signal?: AbortSignal): Promise<boolean> {
    const what = 'read the immutability setting';
    return this.#connection.call(what, PERMISSIONS.container, { signal }, async ({ container, signal: ends }) => {
      const answer = await container.getProperties({ abortSignal: ends });
      return answer.isImmutableStorageWithVersioningEnabled === true;
    });
  }

  /** Rules belong to the account, and are seen only by those who manage it. */
  expiringRules(): Promise<string[]> {
    throw new DashkeepError('DK_STORE_FAILED', 'Azure shows lifecycle rules only to those who manage the account');
  }

  protected override read(
    key: string,
    { maxBytes = Number.POSITIVE_INFINITY, signal, range }: Reading,
  ): Promise<Buffer> {
    const { base, description, idle } = this.#connection;
    return this.#connection.call(`read ${key}`, PERMISSIONS.read, { signal }, async (attempt) => {
      const blob = attempt.container.getBlobClient(base + key);
      const length = range && range.last - range.first + 1;
      const answer = await blob.download(range?.first, length, { abortSignal: attempt.signal });
      attempt.begun();
      const { readableStreamBody: body, contentLength: expected, etag } = answer;
      if (body === undefined || etag === undefined) {
        (body as { destroy?: () => void } | undefined)?.destroy?.();
        throw new DashkeepError('DK_STORE_UNREACHABLE', `cannot read ${key} in ${description}: it has no ETag`, {
          advice: reason('check-cloud-endpoint'),
        });
      }
      return readBody(body, { key, expected, maxBytes, idle, signal: attempt.signal });
    });
  }

  protected override write(key: string, body: Buffer, options: Writing, conditional: boolean): Promise<PutOutcome> {
    const { base, description } = this.#connection;
    const { contentType = CONTENT_TYPE, retention, signal } = options;
    const sending = { signal, bytes: body.length };
    const permission = retention === undefined ? PERMISSIONS.write : `${PERMISSIONS.write} and ${PERMISSIONS.hold}`;
    return this.#connection.call(`write ${key}`, permission, sending, async (attempt) => {
      const blob = attempt.container.getBlockBlobClient(base + key);
      try {
        const answer = await blob.upload(body, body.length, {
          abortSignal: attempt.signal,
          blobHTTPHeaders: { blobContentType: contentType },
          conditions: conditional ? { ifNoneMatch: '*' } : {},
          ...(retention && { immutabilityPolicy: policyOf(retention) }),
        });
        // A login page of a proxy responds with 200 and stores nothing.
        if (answer.etag === undefined) {
          throw new DashkeepError('DK_STORE_FAILED', `${description} did not confirm that it stored ${key}`);
        }
        return 'written';
      } catch (error) {
        const { statusCode } = error as { statusCode?: number };
        if (conditional && (statusCode === 409 || statusCode === 412) && isThere(error)) {
          return attempt.attempt > 1 ? 'repeated' : 'exists';
        }
        throw error;
      }
    });
  }

  protected override look(key: string, signal: AbortSignal | undefined) {
    return this.#connection.call(`read the properties of ${key}`, PERMISSIONS.read, { signal }, async (attempt) => {
      try {
        const blob = attempt.container.getBlobClient(this.base + key);
        const { contentLength: size, lastModified } = await blob.getProperties({ abortSignal: attempt.signal });
        return { size, lastModified };
      } catch (error) {
        const said = saidByAzure(error);
        if (said instanceof ServiceError && said.code === 'BlobNotFound') {
          return undefined;
        }
        throw error;
      }
    });
  }

  protected override remove(keys: readonly string[], signal: AbortSignal | undefined): Promise<DeleteResult[]> {
    return this.#deleter.deleteMany(keys, signal);
  }

  protected override date(signal: AbortSignal | undefined): Promise<Date | undefined> {
    const { base } = this.#connection;
    return this.#connection.call('read the time', PERMISSIONS.read, { signal }, async ({ container, signal: ends }) => {
      const pages = container.listBlobsFlat({ prefix: base, abortSignal: ends }).byPage({ maxPageSize: 1 });
      const page = await pages.next();
      return page.done === true ? undefined : page.value.date;
    });
  }

  protected override page({
    what,
    prefix: below,
    startAfter,
    folders,
    token,
    signal,
  }: PageQuestion): Promise<ListPage | undefined> {
    const { base } = this.#connection;
    const prefix = base + below;
    return this.#connection.call(what, PERMISSIONS.read, { signal }, async ({ container, signal: ends }) => {
      // A service that does not know `startFrom` lists from the beginning; what is before the start is left out here.
      const startFrom = startAfter === undefined ? undefined : base + startAfter;
      const options = { prefix, startFrom, abortSignal: ends };
      const page = await (folders === true
        ? container.listBlobsByHierarchy('/', options).byPage({ continuationToken: token }).next()
        : container.listBlobsFlat(options).byPage({ continuationToken: token }).next());
      const segment = page.done === true ? undefined : page.value.segment;
      if (page.done === true || segment?.blobItems === undefined || page.value.containerName === undefined) {
        return undefined;
      }
      const { continuationToken } = page.value;
      const next = continuationToken === '' ? undefined : continuationToken;
      const entries = segment.blobItems.map(({ name, properties }) => ({
        name,
        size: properties.contentLength,
        lastModified: properties.lastModified,
      }));
      const found = 'blobPrefixes' in segment ? (segment.blobPrefixes as { name: string }[]) : undefined;
      return { entries, folders: found?.map(({ name }) => name), more: next !== undefined, next };
    });
  }
}

function isThere(error: unknown): boolean {
  const said = saidByAzure(error);
  return said instanceof ServiceError && ['BlobAlreadyExists', 'ConditionNotMet'].includes(said.code);
}
