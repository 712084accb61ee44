import type { Clock } from '../../../pkg/contract/ports.ts';
import type { BucketSettings } from '../../support/s3/settings-of.ts';
import { hastyClock } from '../../support/fast-clock.ts';
import { openTestStore } from '../../support/s3/open-store.ts';
import { startS3Server } from '../../support/s3/server.ts';
import { afterEach } from 'vitest';
import type { S3Fault, S3Request, S3ServerOptions } from '../../support/s3/server.ts';

/** Closed after each test, last first. */
export const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

/** A server and a store that speaks to it, for one test. */
export async function open(
  options: S3ServerOptions = {},
  s3: BucketSettings = {},
  environment: Record<string, string> = {},
  clock: Clock = hastyClock,
) {
  const server = await startS3Server(options);
  const store = await openTestStore(server, { s3, environment, clock });
  closing.push(
    () => server.close(),
    () => store.close(),
  );
  return { server, store };
}

/** The fault for the first that many requests of an operation. */
export function first(count: number, operation: string, fault: S3Fault): (request: S3Request) => S3Fault | undefined {
  let seen = 0;
  return (request) => {
    if (request.operation !== operation) {
      return undefined;
    }
    seen += 1;
    return seen <= count ? fault : undefined;
  };
}

export function always(fault: S3Fault): () => S3Fault {
  return () => fault;
}

export const body = Buffer.from('{"dashboard":{}}');
