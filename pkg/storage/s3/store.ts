import {
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import type { Clock, Log } from '../../contract/ports.ts';
import { reasonSentence } from '../../contract/reasons/reason.ts';
import { baseOf, placeText } from '../address.ts';
import { CloudStore, type PageQuestion, type PutOutcome, type Reading } from '../cloud/store.ts';
import { checkKey } from '../keys.ts';
import type { ListPage } from '../listing.ts';
import type { OpenStoreOptions, StoreExplanation } from '../open.types.ts';
import type { StoreLock } from '../lock.ts';
import type { OutboundPolicy } from '../outbound/policy.ts';
import type { StoreProbe } from '../probe.ts';
import type { DeleteResult, PutOptions, StoreCapabilities } from '../store.ts';
import { makeClient } from './client.ts';
import { call, keyIn, type S3Connection } from './connection.ts';
import { Deleter } from './delete.ts';
import { FastPathClient } from './fast-path/client.ts';
import { isAbsentByHead, serviceCode, statusOf } from './errors.ts';
import { getObject } from './get.ts';
import { expiringRules } from './lifecycle.ts';
import { listPage } from './list.ts';
import { getRetention, putRetention } from './lock.ts';
import { inputFor, putObject } from './put.ts';
import { serverName } from './settings/providers.ts';
import { resolveS3, type ResolvedS3 } from './settings/resolve.ts';
import { FROM_SETTINGS } from './settings/settings.ts';
import { valueIf } from '../../lib/expected-errors.ts';

/** @throws DK_SETTINGS, DK_NOT_ALLOWED, DK_STORE_CREDENTIALS */
export async function openS3(
  target: { bucket: string; prefix: string },
  options: OpenStoreOptions,
): Promise<StoreExplanation & { store: S3Store }> {
  const resolved = await resolveS3(target, options);
  for (const warning of resolved.warnings) {
    const isKnown = options.allowsHttp === true && warning.code === 'endpoint-unencrypted';
    options.log[isKnown ? 'debug' : 'warn']({ warning: reasonSentence(warning) }, 'check a setting of the S3 target');
  }
  options.log.info(
    {
      endpoint: resolved.endpoint.value ?? 'AWS',
      endpointFrom: resolved.endpoint.from,
      region: resolved.region.value,
      regionFrom: resolved.region.from,
      pathStyle: resolved.pathStyle.value,
      credentialsFrom: resolved.credentials.from,
    },
    'opening the S3 target',
  );
  const { endpoint, region, pathStyle, profile, credentials, ca } = resolved;
  return {
    store: new S3Store(resolved, { ...options, outbound: outboundOf(resolved, options) }),
    settings: [
      { name: 'bucket', value: resolved.bucket, from: 'the target' },
      { name: 'prefix', value: resolved.prefix, from: 'the target' },
      { name: 'endpoint', value: endpoint.value ?? 'AWS', from: endpoint.from },
      { name: 'region', value: region.value, from: region.from },
      { name: 'style', value: pathStyle.value ? 'path' : 'virtual host', from: pathStyle.from },
      { name: 'profile', value: profile.value, from: profile.from },
      { name: 'credentials', value: 'present', from: credentials.from },
      ...(ca === undefined ? [] : [{ name: 'certificates', value: 'own', from: ca.from }]),
    ],
    warnings: resolved.warnings,
  };
}

/**
 * The policy for this store's connections: none for an endpoint that the environment or the AWS files name, because the
 * deployment wrote those.
 * @throws DK_NOT_ALLOWED for an endpoint that needs no name server to be refused
 */
function outboundOf({ endpoint }: ResolvedS3, { outbound }: OpenStoreOptions): OpenStoreOptions['outbound'] {
  if (endpoint.value === undefined) {
    return outbound;
  }
  if (endpoint.from !== FROM_SETTINGS) {
    return undefined;
  }
  outbound?.assertHost(new URL(endpoint.value).hostname);
  return outbound;
}

/** A repository in a bucket, of AWS or of any service that speaks its protocol. */
class S3Store extends CloudStore implements StoreProbe, StoreLock {
  readonly description: string;
  readonly capabilities: StoreCapabilities = {
    conditionalPut: 'unknown',
    versioning: 'unknown',
    objectLock: 'unknown',
  };
  readonly permissions = { list: 's3:ListBucket', remove: 's3:DeleteObject' };
  protected readonly base: string;
  readonly #connection: S3Connection;
  readonly #deleter: Deleter;
  #server: string | undefined;

  constructor(resolved: ResolvedS3, { clock, log, outbound }: { clock: Clock; log: Log; outbound?: OutboundPolicy }) {
    super();
    const { bucket, endpoint, region, settings } = resolved;
    this.description = placeText('s3', resolved, endpoint.value ?? `AWS ${region.value}`);
    this.base = baseOf(resolved);
    const basis = {
      client: makeClient(resolved, log, outbound),
      resolved,
      outbound,
      clock,
      description: this.description,
      common: { Bucket: bucket, ExpectedBucketOwner: settings.bucketOwner },
    };
    const input = () => inputFor(basis, '', Buffer.alloc(0), { transient: true });
    this.#connection = {
      ...basis,
      direct: new FastPathClient(basis, input, log),
      confirmed: { encryption: -Infinity, lock: -Infinity },
    };
    this.#deleter = new Deleter(this.#connection);
  }

  async close(): Promise<void> {
    this.#connection.client.destroy();
    await this.#connection.direct.close();
  }

  get provider(): string | undefined {
    return this.#connection.resolved.provider?.name ?? serverName(this.#server);
  }

  get wantsLock(): boolean {
    return this.lockDays !== undefined;
  }

  get lockDays(): number | undefined {
    return this.#connection.resolved.settings.lock?.days;
  }

  async hold(key: string, until: Date, options: { signal?: AbortSignal } = {}): Promise<void> {
    checkKey(key);
    await putRetention(this.#connection, key, until, options.signal);
  }

  async heldUntil(key: string, options: { signal?: AbortSignal } = {}): Promise<Date | undefined> {
    checkKey(key);
    return getRetention(this.#connection, key, options.signal);
  }

  expiringRules(signal?: AbortSignal): Promise<string[]> {
    return expiringRules(this.#connection, signal);
  }

  versioning(signal?: AbortSignal): Promise<boolean | 'suspended'> {
    const { client, common } = this.#connection;
    return call(
      this.#connection,
      'read whether the bucket keeps versions',
      's3:GetBucketVersioning',
      signal,
      async () => {
        const answer = await client.send(new GetBucketVersioningCommand(common), { abortSignal: signal });
        return answer.Status === 'Suspended' ? 'suspended' : answer.Status === 'Enabled';
      },
    );
  }

  objectLock(signal?: AbortSignal): Promise<boolean> {
    const { client, common } = this.#connection;
    return call(
      this.#connection,
      'read the object lock setting',
      's3:GetBucketObjectLockConfiguration',
      signal,
      async () => {
        const isNone = (error: unknown): boolean =>
          /ObjectLockConfigurationNotFound|NotImplemented|NoSuchObjectLock/.test(serviceCode(error) ?? '') ||
          [404, 405, 501].includes(statusOf(error) ?? 0);
        const answer = client.send(new GetObjectLockConfigurationCommand(common), { abortSignal: signal });
        const found = await answer.catch(valueIf(isNone, undefined));
        return found?.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
      },
    );
  }

  protected override read(key: string, options: Reading): Promise<Buffer> {
    return getObject(this.#connection, key, options);
  }

  protected override write(key: string, body: Buffer, options: PutOptions, conditional: boolean): Promise<PutOutcome> {
    return putObject(this.#connection, key, body, options, conditional);
  }

  protected override look(key: string, abortSignal: AbortSignal | undefined) {
    const connection = this.#connection;
    const command = new HeadObjectCommand({ ...connection.common, Key: keyIn(connection, key) });
    return call(connection, `read the properties of ${key}`, 's3:GetObject', abortSignal, async () => {
      const answer = connection.client.send(command, { abortSignal });
      const found = await answer.catch(valueIf(isAbsentByHead, undefined));
      return found && { size: found.ContentLength, lastModified: found.LastModified };
    });
  }

  protected override page(question: PageQuestion): Promise<ListPage | undefined> {
    return listPage(this.#connection, question);
  }

  protected override remove(keys: readonly string[], signal: AbortSignal | undefined): Promise<DeleteResult[]> {
    return this.#deleter.deleteMany(keys, signal);
  }

  protected override date(abortSignal: AbortSignal | undefined): Promise<string | undefined> {
    const { client, common, resolved } = this.#connection;
    return call(this.#connection, 'read the time', 's3:ListBucket', abortSignal, async () => {
      const command = new ListObjectsV2Command({ ...common, Prefix: resolved.prefix, MaxKeys: 1 });
      let date: string | undefined;
      command.middlewareStack.add(
        (next) => async (args) => {
          const result = await next(args);
          const { headers } = result.response as { headers?: Record<string, string> };
          date = headers?.date;
          this.#server = headers?.server;
          return result;
        },
        { step: 'deserialize', priority: 'low', name: 'responseDate' },
      );
      await client.send(command, { abortSignal });
      return date;
    });
  }
}
