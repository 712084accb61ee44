import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';

/** What the SDK signs for: region and service, as its own signatures name them. */
export interface SigningScope {
  region: string;
  service: string;
}

/** What all plain requests to the bucket have in common, learned from one that the SDK made. */
export interface RequestTemplate {
  /** Scheme, host and port. */
  origin: string;
  /** Before the encoded key, with the slash at its end. */
  path: string;
  /** Of the bucket itself. */
  bucketPath: string;
  scope: SigningScope;
  /** What the SDK sends with every put as the settings ask for it, in the order of their names. */
  putHeaders: readonly (readonly [name: string, value: string])[];
  userAgent: string;
}

interface Made {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  headers: Record<string, string>;
}

const KEY = 'template';

/** Made for each request, or of no use without the SDK around it. */
const OF_ONE_REQUEST =
  /^(authorization|content-length|content-type|user-agent|x-amz-user-agent|amz-sdk-.*|x-amz-(date|content-sha256|security-token))$/;

/** Headers whose value we know how to keep for another body: anything else is left to the SDK. */
const KEPT =
  /^(host|x-amz-(expected-bucket-owner|server-side-encryption(-aws-kms-key-id)?|storage-class|tagging|request-payer))$/;

/**
 * Lets the SDK make and sign a put without sending it, and takes it apart: endpoint rules, addressing style, headers
 * and signing scope are its business.
 * @param client one whose request handler gives back an answer without sending, and records what it was given.
 * @returns undefined when the request is not of the plain sort (another kind of signature, checksums of the body).
 */
export async function requestTemplateOf(
  client: S3Client,
  sent: () => unknown,
  input: PutObjectCommandInput,
): Promise<RequestTemplate | undefined> {
  await client.send(new PutObjectCommand({ ...input, Key: input.Key + KEY, Body: Buffer.alloc(0) }));
  const { protocol, hostname, port, path, headers } = sent() as Made;
  const scope = /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request, /.exec(
    headers['authorization'] ?? '',
  );
  const own = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim().replace(/\s+/g, ' ')] as const)
    .filter(([name]) => !OF_ONE_REQUEST.test(name));
  const [, region, service] = scope ?? [];
  if (!path.endsWith(KEY) || region === undefined || service === undefined || own.some(([name]) => !KEPT.test(name))) {
    return undefined;
  }
  return {
    origin: `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`,
    path: path.slice(0, -KEY.length),
    // As many segments shorter as the base has.
    bucketPath: `${path.split('/').slice(0, -`${input.Key}${KEY}`.split('/').length).join('/')}/`,
    scope: { region, service },
    putHeaders: own.sort(([a], [b]) => (a < b ? -1 : 1)),
    userAgent: headers['user-agent'] ?? 'dashkeep',
  };
}
