import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { TokenCredential } from '@azure/identity';
import type { ContainerClient, RequestPolicyFactory } from '@azure/storage-blob';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { baseOf, placeText, type BucketPlace } from '../address.ts';
import { call, type CallPorts } from '../cloud/call.ts';
import { Rotating } from '../cloud/rotating.ts';
import { withoutExchange } from '../errors.ts';
import type { OpenStoreOptions } from '../open.types.ts';
import { AZURE_CODES, saidByAzure } from './errors.ts';
import type { AzureKey, ResolvedAzure } from './resolve.ts';
import type * as SdkModule from './sdk.ts';

/** More calls than run at the same time anywhere in Dashkeep. */
const SOCKETS = 48;
const TIMEOUT_MILLISECONDS = 30_000;
/** The speed that a body gets extra time for: about the slowest connection worth supporting. */
const BYTES_PER_MILLISECOND = 64;

type Sdk = typeof SdkModule;

/** What a call may use. */
export interface AzureAttempt {
  container: ContainerClient;
  /** Ends the attempt: the caller's signal, or its time is over. */
  signal: AbortSignal;
  /** From 1. */
  attempt: number;
  /** Stops its time: the response has begun. */
  begun(): void;
}

/** The SDK's client of one container, with our own retries, time limits and errors. */
export class AzureConnection {
  readonly description: string;
  /** What the names of all blobs start with. */
  readonly base: string;
  /** Milliseconds without a response, or without more of it. */
  readonly idle: number;
  readonly #ports: CallPorts;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #client: Rotating<ContainerClient>;

  constructor(
    sdk: Sdk,
    place: BucketPlace,
    resolved: ResolvedAzure,
    { clock, random, outbound }: Pick<OpenStoreOptions, 'clock' | 'random' | 'outbound'>,
  ) {
    const { endpoint, credentials, settings } = resolved;
    this.description = placeText('azblob', place, endpoint.value);
    this.base = baseOf(place);
    this.idle = settings.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS;
    this.#ports = { clock, random, where: this.description, codes: AZURE_CODES };
    const options = { keepAlive: true, maxSockets: SOCKETS, lookup: outbound?.lookup };
    this.#agent = endpoint.value.startsWith('https:') ? new HttpsAgent(options) : new HttpAgent(options);
    const url = `${endpoint.value}/${place.bucket}`;
    this.#client = new Rotating(
      credentials.read,
      (secret) => this.#clientFor(sdk, url, credentials.keyOf(secret), resolved),
      clock,
    );
  }

  /**
   * Runs one call.
   * @param permission - the right that it needs
   * @param bytes - that it sends
   */
  async call<T>(
    what: string,
    permission: string,
    options: { signal?: AbortSignal; bytes?: number },
    work: (attempt: AzureAttempt) => Promise<T>,
  ): Promise<T> {
    const { signal, bytes = 0 } = options;
    const limit = this.idle + Math.ceil(bytes / BYTES_PER_MILLISECOND);
    return call(this.#ports, what, permission, signal, async (attempt) => {
      const container = await this.#client.get();
      try {
        return await within(limit, signal, (ends, begun) => work({ container, signal: ends, attempt, begun }));
      } catch (error) {
        throw saidByAzure(error);
      }
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #clientFor(sdk: Sdk, url: string, key: AzureKey, { credentials, settings }: ResolvedAzure): ContainerClient {
    const signer =
      key.kind === 'key'
        ? new sdk.StorageSharedKeyCredential(key.account, key.key)
        : key.kind === 'sas'
          ? new sdk.AnonymousCredential()
          : explained(identityFor(sdk, key, settings), credentials.from);
    // Retries are ours, so that all stores repeat the same.
    const pipeline = sdk.newPipeline(signer, { retryOptions: { maxTries: 1 } });
    const byOurAgent: RequestPolicyFactory = {
      create: (next) => ({
        sendRequest: (request) => {
          request.agent = this.#agent;
          return next.sendRequest(request);
        },
      }),
    };
    pipeline.factories.push(byOurAgent);
    return new sdk.ContainerClient(key.kind === 'sas' ? `${url}?${key.token}` : url, pipeline);
  }
}

function identityFor(sdk: Sdk, key: AzureKey, settings: ResolvedAzure['settings']): TokenCredential {
  const { tenantId = '', clientId = '', federatedTokenFile: tokenFilePath, authorityHost } = settings;
  const authority = { authorityHost };
  if (key.kind === 'client-secret') {
    return new sdk.ClientSecretCredential(tenantId, clientId, key.secret, authority);
  }
  return key.kind === 'workload-identity'
    ? new sdk.WorkloadIdentityCredential({ tenantId, clientId, tokenFilePath, ...authority })
    : new sdk.ManagedIdentityCredential(clientId === '' ? {} : { clientId });
}

/** Every failure to get a token is a credentials error. */
function explained(credential: TokenCredential, from: string): TokenCredential {
  return {
    async getToken(...question) {
      try {
        return await credential.getToken(...question);
      } catch (error) {
        throw new DashkeepError('DK_STORE_CREDENTIALS', `no credentials from ${from}: ${reasonOf(error)}`, {
          cause: withoutExchange(error),
        });
      }
    },
  };
}

/** Runs work with a signal that also aborts it after the timeout, unless the timer was stopped before. */
async function within<T>(
  milliseconds: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal, stopClock: () => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const late = Object.assign(new Error('no response in time'), { name: 'TimeoutError' });
  const timer = setTimeout(() => controller.abort(late), milliseconds);
  const abort = (): void => controller.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await work(controller.signal, () => clearTimeout(timer));
  } catch (error) {
    throw controller.signal.reason === late ? late : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
