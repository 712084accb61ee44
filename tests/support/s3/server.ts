import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { eventually } from '../ports.ts';
import { DirectServer } from '../servers/direct/direct.ts';
import type { S3Response } from './response.ts';
import { header } from './response.ts';
import { makeBodies } from './bodies.ts';
import { Bucket } from './bucket.ts';
import { OPERATIONS } from './buckets.ts';
import { Refusal, accessDenied } from './refusal.ts';
import { sendResponse } from './send.ts';
import { routeOf } from './route.ts';
import { checkSignature } from './signature.ts';
import type { BucketOptions, S3Fault, S3Request, S3RequestRecord, S3Server, S3ServerOptions } from './types.ts';
import { errorXml, xml } from './xml.ts';

export type * from './types.ts';

const REGION = 'us-east-1';
const CREDENTIALS = [{ accessKeyId: 'test', secretAccessKey: 'testsecret' }];

/**
 * Starts a small S3 server, for tests, faults and demonstrations. It keeps to what Dashkeep and the usual tools
 * ask for.
 */
export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const buckets = new Map<string, Bucket>();
  for (const bucket of options.buckets ?? ['test']) {
    const made = await makeBucket(typeof bucket === 'string' ? { name: bucket } : bucket, options.directory);
    buckets.set(made.name, made);
  }
  const service = new Service(options, buckets);
  const listener = (request: IncomingMessage, response: ServerResponse) => void service.handle(request, response);
  const host = options.host ?? '127.0.0.1';
  const server: Server = options.tls ? createHttpsServer(options.tls, listener) : createHttpServer(listener);
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const url = `${options.tls ? 'https' : 'http'}://${host}:${port}`;
  const isPlain = (): boolean =>
    service.options.fault === undefined && service.options.latencyMilliseconds === undefined;
  const direct = options.tls ? undefined : new DirectServer(url, listener, isPlain);
  const [key = { accessKeyId: '', secretAccessKey: '' }] = options.credentials ?? CREDENTIALS;
  return {
    url,
    port,
    requests: service.requests,
    counts: service.counts,
    options: service.options,
    environment: {
      DASHKEEP_S3_ENDPOINT: url,
      AWS_REGION: options.region ?? REGION,
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    },
    keep() {
      const restores = [...buckets.values()].map((bucket) => bucket.keep());
      return () => restores.forEach((restore) => restore());
    },
    deserted: async () => {
      const connections = promisify(server.getConnections.bind(server));
      await eventually('the last caller to leave', async () => {
        const isIdle = direct?.isIdle !== false && (await connections()) === 0;
        return isIdle || undefined;
      });
    },
    close: () =>
      new Promise((resolve) => {
        direct?.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function makeBucket(bucket: BucketOptions, directory: string | undefined): Promise<Bucket> {
  return new Bucket(bucket, await makeBodies(directory, bucket.name));
}

class Service {
  readonly options: S3ServerOptions;
  readonly requests: S3RequestRecord[] = [];
  readonly counts = new Map<string, number>();
  readonly #buckets: Map<string, Bucket>;
  readonly #secrets: ReadonlyMap<string, string>;
  #sequence = 0;

  constructor(options: S3ServerOptions, buckets: Map<string, Bucket>) {
    this.options = { ...options };
    this.#buckets = buckets;
    this.#secrets = new Map((options.credentials ?? CREDENTIALS).map((key) => [key.accessKeyId, key.secretAccessKey]));
  }

  async handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#sequence += 1;
    const now = new Date(Date.now() + (this.options.clockSkewMilliseconds ?? 0));
    const record: S3RequestRecord = { operation: 'Unknown', bucket: '', key: '', status: 0 };
    let fault: S3Fault | undefined;
    let answer: S3Response;
    try {
      const request = routeOf(message, this.#sequence, this.options.domain);
      Object.assign(record, { operation: request.operation, bucket: request.bucket, key: request.key });
      this.#count(record);
      const body = await bodyOf(message);
      fault = this.options.fault?.(request);
      await this.#wait(fault);
      answer = await this.#carryOut(message, request, body, now, fault);
    } catch (error) {
      answer = refusalResponse(error, record);
    }
    record.status = sendResponse(response, answer, { fault, now, isHead: message.method === 'HEAD' });
  }

  async #carryOut(
    message: IncomingMessage,
    request: S3Request,
    body: Buffer,
    now: Date,
    fault: S3Fault | undefined,
  ): Promise<S3Response> {
    if (fault?.kind === 'status') {
      throw new Refusal(fault.status, fault.code, fault.message ?? fault.code);
    }
    if ((fault?.kind === 'hang' || fault?.kind === 'cut') && fault.effect !== true) {
      return { status: 0 };
    }
    const { region = REGION, anyTime } = this.options;
    checkSignature(message, body, { secrets: this.#secrets, region, now: anyTime === true ? undefined : now });
    for (const action of request.actions) {
      this.#require(action, request.key);
    }
    if (request.operation === 'ListBuckets') {
      return { status: 200, body: xml('ListAllMyBucketsResult', { Buckets: { Bucket: this.#bucketList(now) } }) };
    }
    if (request.operation === 'CreateBucket') {
      return this.#createBucket(request);
    }
    const bucket = this.#buckets.get(request.bucket);
    if (bucket === undefined) {
      throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist');
    }
    const owner = header(request, 'x-amz-expected-bucket-owner');
    if (owner !== undefined && owner !== bucket.owner) {
      throw accessDenied();
    }
    const operation = OPERATIONS[request.operation];
    if (operation === undefined) {
      throw new Refusal(501, 'NotImplemented', `${request.operation} is not implemented by this server`);
    }
    const require = (action: string, key: string) => this.#require(action, key);
    try {
      return await operation({ bucket, request, body, now, options: this.options, require });
    } catch (error) {
      // Who may not list may not learn what is absent either.
      if (error instanceof Refusal && error.code === 'NoSuchKey') {
        this.#require('s3:ListBucket', '');
      }
      throw error;
    }
  }

  #require(action: string, key: string): void {
    if (this.options.deny?.(action, key) === true) {
      throw accessDenied();
    }
  }

  async #createBucket(request: S3Request): Promise<S3Response> {
    if (this.#buckets.has(request.bucket)) {
      throw new Refusal(409, 'BucketAlreadyOwnedByYou', 'The bucket exists already and is yours');
    }
    const objectLock = header(request, 'x-amz-bucket-object-lock-enabled') === 'true';
    const bucket = await makeBucket({ name: request.bucket, objectLock }, this.options.directory);
    this.#buckets.set(bucket.name, bucket);
    return { status: 200, headers: { Location: `/${bucket.name}` } };
  }

  #bucketList(now: Date): { Name: string; CreationDate: string }[] {
    return [...this.#buckets.keys()].sort().map((Name) => ({ Name, CreationDate: now.toISOString() }));
  }

  async #wait(fault: S3Fault | undefined): Promise<void> {
    const milliseconds = (this.options.latencyMilliseconds ?? 0) + (fault?.kind === 'delay' ? fault.milliseconds : 0);
    if (milliseconds > 0) {
      await sleep(milliseconds);
    }
  }

  #count(record: S3RequestRecord): void {
    this.counts.set(record.operation, (this.counts.get(record.operation) ?? 0) + 1);
    if (this.options.record !== false) {
      this.requests.push(record);
    }
  }
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) {
    chunks.push(chunk as Buffer);
  }
  return chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
}

function refusalResponse(error: unknown, { bucket, key }: S3RequestRecord): S3Response {
  if (error instanceof Refusal) {
    const body = errorXml(error.code, error.message, `/${bucket}/${key}`);
    return { status: error.status, headers: error.headers, body };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { status: 500, body: errorXml('InternalError', message, `/${bucket}/${key}`) };
}
