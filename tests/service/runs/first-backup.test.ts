import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fastClock } from '../../support/fast-clock.ts';
import { eventually } from '../../support/ports.ts';
import { startS3Server, type S3Server } from '../../support/s3/server.ts';
import type { TestService } from '../../support/service.ts';
import { setUp, start } from './life.ts';

describe('the first backup', () => {
  setUp();
  let s3: S3Server;
  beforeEach(async () => {
    s3 = await startS3Server({ buckets: ['bucket'] });
  });
  afterEach(() => s3.close());

  const other = {
    DASHKEEP_VERIFY_SCHEDULE: 'off',
    DASHKEEP_PRUNE_SCHEDULE: 'off',
    DASHKEEP_OUTBOUND_ALLOW: '127.0.0.1',
  };
  /** Once a year: nothing here starts because its time has come. */
  const yearly = { ...other, DASHKEEP_SCHEDULE: '0 0 1 1 *', DASHKEEP_TARGET: undefined };

  async function save(service: TestService, endpoint: string, region = 'us-east-1'): Promise<void> {
    const { target } = (await service.call('GET', '/settings')).json.values;
    const { AWS_ACCESS_KEY_ID: s3AccessKeyId, AWS_SECRET_ACCESS_KEY: s3SecretAccessKey } = s3.environment;
    const values = { ...target, url: 's3://bucket/prefix', endpoint, region, forcePathStyle: true };
    const secrets = { s3AccessKeyId, s3SecretAccessKey };
    expect((await service.call('PUT', '/settings', { values: { target: values }, secrets })).status).toBe(200);
  }
  const status = async (service: TestService) => (await service.call('GET', '/status')).json;
  const backups = async (service: TestService): Promise<string[]> =>
    (await service.call('GET', '/runs?kind=backup')).json.items.map(({ status: one }: { status: string }) => one);

  it('starts when a target that works is saved, and the error of the one before is gone at that moment', async () => {
    const service = await start(yearly);
    await save(service, 'http://127.0.0.1:9');
    await eventually('the first attempt', async () => (await backups(service))[0] === 'failed' || undefined);
    const failed = await eventually('the reason', async () => {
      const seen = await status(service);
      return seen.target.reachable === false ? seen : undefined;
    });
    expect(failed).toMatchObject({ protection: 'failed', target: { problem: { code: 'DK_STORE_UNREACHABLE' } } });
    expect(Date.parse(failed.target.since)).toBeGreaterThan(Date.parse(failed.started) - 1);
    expect(failed.lastSuccess).toBeUndefined();

    await save(service, s3.url);
    const saved = await status(service);
    expect(saved.target.problem).toBeUndefined();
    expect(saved.warnings).toEqual([]);
    await eventually('the first backup', async () => (await backups(service))[0] === 'complete' || undefined);
    expect(await backups(service)).toEqual(['complete', 'failed']);
  });

  it('is said to be impossible with settings that are not complete, and starts when they are', async () => {
    const service = await start(yearly);
    await save(service, s3.url, '');
    const incomplete = await eventually('the reason', async () => {
      const seen = await status(service);
      return seen.target.reachable === false ? seen : undefined;
    });
    expect(incomplete.target.problem).toMatchObject({
      code: 'DK_SETTINGS',
      message: expect.stringContaining('region'),
    });
    await eventually('the first attempt', async () => (await backups(service))[0] === 'failed' || undefined);
    await save(service, s3.url);
    await eventually('the first backup', async () => (await backups(service))[0] === 'complete' || undefined);
  });

  it('starts when a target that did not answer answers, once', async () => {
    s3.options.fault = () => ({ kind: 'status', status: 403, code: 'InvalidAccessKeyId' });
    const service = await start(yearly, fastClock());
    await save(service, s3.url);
    await eventually('the first attempt', async () => (await backups(service))[0] === 'failed' || undefined);
    s3.options.fault = undefined;
    await eventually('the first backup', async () => (await backups(service))[0] === 'complete' || undefined);
    expect(await status(service)).toMatchObject({ target: { reachable: true } });
  });
});
