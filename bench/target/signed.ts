import { createHash, createHmac } from 'node:crypto';
import { request, type Dispatcher } from 'undici';

/** A request to the bucket that is ready to be sent: signing it costs nothing any more. */
export interface Signed {
  method: 'GET' | 'PUT';
  url: string;
  headers: Record<string, string>;
  body?: Buffer;
}

const UNSIGNED = 'UNSIGNED-PAYLOAD';

/** @param options.whole the body is part of the signature; otherwise left out of it, as over TLS. */
export function signPut(
  environment: Record<string, string>,
  key: string,
  body: Buffer,
  options: { whole?: true } = {},
): Signed {
  const payload = options.whole === true ? createHash('sha256').update(body).digest('hex') : UNSIGNED;
  return { ...sign(environment, 'PUT', key, payload), body };
}

export function signGet(environment: Record<string, string>, key: string): Signed {
  return sign(environment, 'GET', key, UNSIGNED);
}

/** For AWS Signature Version 4. */
function sign(environment: Record<string, string>, method: Signed['method'], key: string, payload: string): Signed {
  const endpoint = new URL(environment['DASHKEEP_S3_ENDPOINT'] ?? '');
  const region = environment['AWS_REGION'] ?? '';
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const path = `/bench/${key}`;
  const signed = { host: endpoint.host, 'x-amz-content-sha256': payload, 'x-amz-date': time };
  const names = Object.keys(signed).join(';');
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`);
  const canonical = [method, path, '', lines.join(''), names, payload].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const secret = `AWS4${environment['AWS_SECRET_ACCESS_KEY'] ?? ''}`;
  const signingKey = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, secret);
  const credential = `${environment['AWS_ACCESS_KEY_ID'] ?? ''}/${scope}`;
  const signature = hmac(signingKey, toSign).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;
  return { method, url: endpoint.origin + path, headers: { ...signed, authorization } };
}

/** @throws when the bucket refuses. */
export async function send({ url, ...signed }: Signed, dispatcher: Dispatcher): Promise<void> {
  const answer = await request(url, { ...signed, dispatcher });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) {
    throw new Error(`the bucket answered ${answer.statusCode}: ${text}`);
  }
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
