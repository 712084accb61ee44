import { afterAll, beforeAll, vi } from 'vitest';
import { startS3Server, type S3Server } from '../support/s3/server.ts';
import { HOST } from './cluster.ts';
import { deployment } from './deployment.ts';
import { importImages } from './images.ts';
import { sidecar } from './sidecar.ts';
import { describeNode } from './tier.ts';

const MINUTE = 60_000;
// Of a machine that does other things beside.
vi.setConfig({ testTimeout: 5 * MINUTE });

/*
 * One file, because all of it needs the same images and the same bucket. The node is real, with everything on it but
 * Grafana (the simulator in an image) and the bucket, which is a server on this machine.
 */
describeNode('on a real node', () => {
  let store: S3Server;

  beforeAll(async () => {
    [store] = await Promise.all([startS3Server({ host: HOST, buckets: ['my-bucket', 'kept'] }), importImages()]);
  }, 10 * MINUTE);

  afterAll(() => store?.close());

  sidecar(() => store);
  deployment(() => store);
});
