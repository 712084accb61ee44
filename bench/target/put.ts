import { createHash, createHmac } from 'node:crypto';
import { request, type Dispatcher } from 'undici';

/** A put that is ready to be sent: signing it costs nothing any more. */
export interface SignedPut {
  url: string;
  headers: Record<string, string>;
  body: Buffer;
}

/**
 * Signs a put into the bucket for AWS Signature Version 4.
 * @param options.whole the body is part of the signature; otherwise left out of it, as over TLS.
 */
export function signPut(
  environment: Record<string, string>,
  key: string,
  body: Buffer,
  options: { whole?: true } = {},
): SignedPut {
  const endpoint = new URL(environment['DASHKEEP_S3_ENDPOINT'] ?? '');
  const region = environment['AWS_REGION'] ?? '';
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const path = `/bench/${key}`;
  const payload = options.whole === true ? createHash('sha256').update(body).digest('hex') : 'UNSIGNED-PAYLOAD';
  const signed = { host: endpoint.host, 'x-amz-content-sha256': payload, 'x-amz-date': time };
  const names = Object.keys(signed).join(';');
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`);
  const canonical = ['PUT', path, '', lines.join(''), names, payload].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const secret = `AWS4${environment['AWS_SECRET_ACCESS_KEY'] ?? ''}`;
  const signingKey = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, secret);
  const credential = `${environment['AWS_ACCESS_KEY_ID'] ?? ''}/${scope}`;
  const signature = hmac(signingKey, toSign).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;
  return { url: endpoint.origin + path, headers: { ...signed, authorization }, body };
}

/** @throws when the bucket refuses. */
export async function send({ url, headers, body }: SignedPut, dispatcher: Dispatcher): Promise<void> {
  const answer = await request(url, { method: 'PUT', headers, body, dispatcher });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) {
    throw new Error(`the bucket answered ${answer.statusCode}: ${text}`);
  }
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
