import { createHash } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { rootCertificates } from 'node:tls';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import type { Identity, ResolvedCredentials } from './credentials.ts';
import { plainCause } from './errors.ts';
import type { ResolvedS3 } from './resolve.ts';

/** As many calls as run at once anywhere in Dashkeep, twice. */
const SOCKETS = 32;
const CONNECT_MILLISECONDS = 5_000;
const ATTEMPTS = 5;

interface HttpRequest {
  headers: Record<string, string>;
  body?: unknown;
}

/** The SDK's client, set up so that every S3-compatible store accepts it and none can hang it. */
export function makeClient(resolved: ResolvedS3, log: Log): S3Client {
  const { settings } = resolved;
  const checksums = settings.checksums === 'supported' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED';
  const client = new S3Client({
    endpoint: resolved.endpoint.value,
    region: resolved.region.value,
    forcePathStyle: resolved.pathStyle.value,
    credentials: () => loadCredentials(resolved.credentials),
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    retryMode: 'standard',
    maxAttempts: ATTEMPTS,
    userAgentAppId: 'dashkeep',
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_MILLISECONDS,
      requestTimeout: settings.timeoutMilliseconds,
      socketTimeout: settings.timeoutMilliseconds,
      // Without it the SDK only logs that the time is over, and goes on waiting.
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent({ keepAlive: true, maxSockets: SOCKETS }),
      httpsAgent: new HttpsAgent({
        keepAlive: true,
        maxSockets: SOCKETS,
        ca: resolved.ca && [...rootCertificates, resolved.ca.value],
      }),
      logger: {
        trace() {},
        debug() {},
        info() {},
        warn: (message: string) => log.debug({ message }, 'note of the S3 client'),
        error: (message: string) => log.debug({ message }, 'note of the S3 client'),
      },
    }),
  });
  sendContentMd5(client);
  return client;
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

/** DeleteObjects needs a checksum. Every store knows Content-MD5, which the SDK no longer sends; few know its CRC32. */
function sendContentMd5(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      if (context.commandName === 'DeleteObjectsCommand') {
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
    { step: 'build', priority: 'low', name: 'deleteObjectsContentMd5' },
  );
}
