import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Refusal, accessDenied } from './refusal.ts';

const SKEW_MILLISECONDS = 15 * 60_000;
const HEADER =
  /^AWS4-HMAC-SHA256\s+Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request,\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/;

export interface SignatureRules {
  secrets: ReadonlyMap<string, string>;
  region: string;
  /** When a signature has to be made; undefined: at any time. */
  now: Date | undefined;
}

const signingKeys = new Map<string, Buffer>();

/**
 * Checks an AWS Signature Version 4 in the Authorization header, as S3 does: the path is encoded once, and the header
 * `x-amz-content-sha256` represents the body.
 *
 * @throws Refusal with S3's own codes
 */
export function checkSignature(request: IncomingMessage, body: Buffer, rules: SignatureRules): void {
  const header = request.headers.authorization;
  if (header === undefined) {
    throw accessDenied('Anonymous access is not allowed');
  }
  const [, accessKeyId = '', day = '', region = '', service = '', signedHeaders = '', signature] =
    HEADER.exec(header) ?? [];
  if (signature === undefined) {
    throw new Refusal(400, 'AuthorizationHeaderMalformed', 'The authorization header is malformed');
  }
  const secret = rules.secrets.get(accessKeyId);
  if (secret === undefined) {
    throw new Refusal(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
  }
  if (region !== rules.region || service !== 's3') {
    throw new Refusal(
      400,
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${region}' is wrong; expecting '${rules.region}'`,
    );
  }
  const time = String(request.headers['x-amz-date'] ?? '');
  if (rules.now !== undefined) {
    checkTime(time, day, rules.now);
  }
  const payload = String(request.headers['x-amz-content-sha256'] ?? '');
  checkPayload(payload, body);
  const canonical = [
    request.method,
    canonicalPath(request.url ?? '/'),
    canonicalQuery(request.url ?? '/'),
    canonicalHeaders(request, signedHeaders),
    signedHeaders,
    payload,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const expected = createHmac('sha256', signingKey(secret, day, region))
    .update(toSign)
    .digest();
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) {
    throw new Refusal(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  }
}

function checkTime(time: string, day: string, now: Date): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time);
  if (match === null || !time.startsWith(day)) {
    throw accessDenied('AWS authentication requires a valid Date or x-amz-date header');
  }
  const [, year, month, date, hour, minute, second] = match.map(Number);
  const signed = Date.UTC(year ?? 0, (month ?? 1) - 1, date, hour, minute, second);
  if (Math.abs(signed - now.getTime()) > SKEW_MILLISECONDS) {
    throw new Refusal(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    );
  }
}

function checkPayload(payload: string, body: Buffer): void {
  if (payload.startsWith('STREAMING-')) {
    throw new Refusal(501, 'NotImplemented', 'Chunked uploads are not implemented by this server');
  }
  if (payload !== 'UNSIGNED-PAYLOAD' && payload !== sha256(body)) {
    throw new Refusal(
      400,
      'XAmzContentSHA256Mismatch',
      'The provided x-amz-content-sha256 header does not match what was computed.',
    );
  }
}

function canonicalPath(url: string): string {
  const path = url.split('?', 1)[0] ?? '/';
  return path
    .split('/')
    .map((segment) => encode(decodeURIComponent(segment)))
    .join('/');
}

function canonicalQuery(url: string): string {
  const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return `${encode(decodeURIComponent(name))}=${encode(decodeURIComponent(value.join('=')))}`;
    })
    .sort()
    .join('&');
}

function canonicalHeaders(request: IncomingMessage, signedHeaders: string): string {
  return signedHeaders
    .split(';')
    .map(
      (name) =>
        `${name}:${String(request.headers[name] ?? '')
          .trim()
          .replace(/\s+/g, ' ')}\n`,
    )
    .join('');
}

function signingKey(secret: string, day: string, region: string): Buffer {
  const id = `${secret}/${day}/${region}`;
  let key = signingKeys.get(id);
  if (key === undefined) {
    key = Buffer.from(`AWS4${secret}`);
    for (const part of [day, region, 's3', 'aws4_request']) {
      key = createHmac('sha256', key).update(part).digest();
    }
    signingKeys.set(id, key);
  }
  return key;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
