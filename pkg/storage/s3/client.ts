import { createHash } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { rootCertificates } from 'node:tls';
import { S3Client } from '@aws-sdk/client-s3';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { HttpResponse } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import type { OutboundPolicy } from '../outbound/policy.ts';
import type { Identity, ResolvedCredentials } from './settings/credentials.ts';
import { plainCause } from './errors.ts';
import type { ResolvedS3 } from './settings/resolve.ts';

/** More calls than run at the same time anywhere in Dashkeep. */
export const SOCKETS = 48;
export const CONNECT_MILLISECONDS = 5_000;
const ATTEMPTS = 5;

interface HttpRequest {
  headers: Record<string, string>;
  body?: unknown;
}

/** The SDK's client, set up so that every S3-compatible store accepts it and none can hang it. */
export function makeClient(resolved: ResolvedS3, log: Log, outbound?: OutboundPolicy): S3Client {
  const client = new S3Client({
    ...basics(resolved),
    credentials: () => loadCredentials(resolved.credentials),
    requestHandler: networkHandler(resolved, log, outbound),
  });
  sendContentMd5(client);
  return client;
}

/** A client with the same settings and key whose requests go no further than the handler. */
export function makeDryClient(
  resolved: ResolvedS3,
  credentials: S3Client['config']['credentials'],
  handle: (request: unknown) => void,
): S3Client {
  return new S3Client({
    ...basics(resolved),
    credentials,
    requestHandler: {
      handle: (request: unknown) => {
        handle(request);
        return Promise.resolve({ response: new HttpResponse({ statusCode: 200, headers: { etag: '"dry"' } }) });
      },
    },
  });
}

function basics(resolved: ResolvedS3): S3ClientConfig {
  const checksums = resolved.settings.checksums === 'supported' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED';
  return {
    endpoint: resolved.endpoint.value,
    region: resolved.region.value,
    forcePathStyle: resolved.pathStyle.value,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    retryMode: 'standard',
    maxAttempts: ATTEMPTS,
    userAgentAppId: 'dashkeep',
  };
}

/** Asks for nothing more once it is closed: the SDK would repeat the calls that closing it cut off. */
class ClosableHandler extends NodeHttpHandler {
  #isClosed = false;

  override destroy(): void {
    this.#isClosed = true;
    super.destroy();
  }

  override handle(...call: Parameters<NodeHttpHandler['handle']>): ReturnType<NodeHttpHandler['handle']> {
    return this.#isClosed
      ? Promise.reject(new DashkeepError('DK_INTERRUPTED', 'the target was closed'))
      : super.handle(...call);
  }
}

function networkHandler(resolved: ResolvedS3, log: Log, outbound: OutboundPolicy | undefined): NodeHttpHandler {
  const { timeoutMilliseconds } = resolved.settings;
  const options = { keepAlive: true, maxSockets: SOCKETS, lookup: outbound?.lookup };
  return new ClosableHandler({
    connectionTimeout: CONNECT_MILLISECONDS,
    requestTimeout: timeoutMilliseconds,
    socketTimeout: timeoutMilliseconds,
    // Without it the SDK only logs that the time is over, and goes on waiting.
    throwOnRequestTimeout: true,
    httpAgent: new HttpAgent(options),
    httpsAgent: new HttpsAgent({ ...options, ca: authorities(resolved) }),
    logger: {
      trace() {},
      debug() {},
      info() {},
      warn: (message: string) => log.debug({ message }, 'message from the S3 client'),
      error: (message: string) => log.debug({ message }, 'message from the S3 client'),
    },
  });
}

/** The public certificate authorities and the one that was given; undefined when none was. */
export function authorities({ ca }: ResolvedS3): string[] | undefined {
  return ca && [...rootCertificates, ca.value];
}

/** Whatever goes wrong on the way to a key (no token file, no STS, no metadata service) is a matter of credentials. */
async function loadCredentials({ from, load }: ResolvedCredentials): Promise<Identity> {
  try {
    return await load();
  } catch (error) {
    throw new DashkeepError('DK_STORE_CREDENTIALS', `no credentials from ${from}: ${reasonOf(error)}`, {
      cause: plainCause(error),
    });
  }
}

/** These need a checksum. Every store knows Content-MD5, which the SDK no longer sends; few know its CRC32. */
function sendContentMd5(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      if (context.commandName === 'DeleteObjectsCommand' || context.commandName === 'PutObjectRetentionCommand') {
        const { headers, body } = args.request as HttpRequest;
        for (const name of Object.keys(headers)) {
          if (/^x-amz-(checksum-|sdk-checksum-)/i.test(name)) {
            delete headers[name];
          }
        }
        headers['content-md5'] = createHash('md5')
          .update(body as string | Uint8Array)
          .digest('base64');
      }
      return next(args);
    },
    { step: 'build', priority: 'low', name: 'contentMd5' },
  );
}
