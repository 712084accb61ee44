import { afterAll, beforeAll, vi } from 'vitest';
import { startS3Server, type S3Server } from '../support/s3/server.ts';
import { classic } from './classic.ts';
import { HOST } from './cluster.ts';
import { cronjob } from './cronjob.ts';
import { deployment } from './deployment.ts';
import { importImages } from './images.ts';
import { mistakes } from './mistakes.ts';
import { sidecar } from './sidecar.ts';
import { describeNode } from './tier.ts';
import { volume } from './volume.ts';

const MINUTE = 60_000;
// Of a machine that does other things beside.
vi.setConfig({ testTimeout: 5 * MINUTE, hookTimeout: 5 * MINUTE });

/*
 * One file, because all of it needs the same images and the same bucket. The node is real, with everything on it but
 * Grafana (the simulator in an image) and the bucket, which is a server on this machine at a usual port.
 */
describeNode('on a real node', () => {
  let store: S3Server;

  beforeAll(async () => {
    const buckets = ['my-bucket', 'kept'];
    [store] = await Promise.all([startS3Server({ host: HOST, port: 9000, buckets }), importImages()]);
    await beginCronJob();
  }, 10 * MINUTE);

  afterAll(() => store?.close());

  classic(() => store);
  sidecar(() => store);
  deployment(() => store);
  volume();
  const beginCronJob = cronjob(() => store);
  mistakes();
});
