import { once } from 'node:events';
import { request } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CheckStep, SettingsCandidate, SettingsCheck } from '../../pkg/contract/api/settings.ts';
import { reason } from '../../pkg/contract/reasons/catalogue.ts';
import { unfinished } from '../../pkg/service/storage/check.ts';
import { STORE_CHECK_STEPS, type StoreCheckStep, type StoreCheckStepName } from '../../pkg/storage/check/check.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { portOf } from '../support/servers/listening.ts';
import { startS3Server, type S3Server } from '../support/s3/server.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

let grafana: Simulator;
let s3: S3Server;
let service: TestService;

beforeAll(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  s3 = await startS3Server({ buckets: ['bucket'] });
  const environment = { DASHKEEP_TARGET: undefined, DASHKEEP_OUTBOUND_ALLOW: '127.0.0.1' };
  service = await startService({ grafanaUrl: grafana.url, environment });
});
afterAll(async () => {
  await service?.stop();
  await Promise.all([s3?.close(), grafana?.close()]);
  await removeDirectory(service.directory);
});

async function candidate(endpoint: string): Promise<SettingsCandidate> {
  const { target } = (await service.call('GET', '/settings')).json.values;
  const { AWS_ACCESS_KEY_ID: s3AccessKeyId, AWS_SECRET_ACCESS_KEY: s3SecretAccessKey } = s3.environment;
  const url = { ...target, url: 's3://bucket/prefix', endpoint, region: 'us-east-1', forcePathStyle: true };
  const secrets = { s3AccessKeyId, s3SecretAccessKey };
  return { values: { target: url }, secrets };
}

async function check(endpoint: string): Promise<SettingsCheck> {
  return (await service.call('POST', '/settings/check', await candidate(endpoint))).json;
}

const named = ({ steps }: SettingsCheck, name: CheckStep['step']) => steps.find(({ step }) => step === name);
const failed = ({ steps }: SettingsCheck) => steps.filter(({ status }) => status === 'failed').map(({ step }) => step);

it('says of a bucket that can only be read that writing is denied, and nothing of missing objects', async () => {
  s3.options.deny = (action) => action === 's3:PutObject' || action === 's3:DeleteObject';
  const found = await check(s3.url);
  s3.options.deny = undefined;
  expect(failed(found)).toEqual(['write']);
  expect(named(found, 'write')).toMatchObject({ code: 'DK_STORE_DENIED' });
  expect(named(found, 'write')?.hint).toContain('s3:PutObject');
  expect(found.steps.map(({ code }) => code)).not.toContain('DK_STORE_NOT_FOUND');
  expect(named(found, 'delete')).toMatchObject({ status: 'skipped' });
});

it('names a cause that concerns every step once, and says of the others that it is why they were not checked', async () => {
  const found = await check('http://127.0.0.1:9');
  expect(found.ok).toBe(false);
  expect(found.steps.map(({ step, status }) => `${step} ${status}`)).toEqual([
    'resolve ok',
    'clock failed',
    'write skipped',
    'read skipped',
    'list skipped',
    'delete skipped',
    'repository skipped',
  ]);
  const others = found.steps.filter(({ status }) => status === 'skipped');
  expect(new Set(others.flatMap(({ findings }) => findings?.map(({ code }) => code)))).toEqual(
    new Set(['needs-earlier-steps']),
  );
  expect(new Set(others.map(({ detail }) => detail))).toEqual(
    new Set(['not checked, because an earlier step failed: clock']),
  );
});

it('names the step that a slow target did not finish in time, and what it did before', () => {
  const step = (name: StoreCheckStepName): StoreCheckStep => ({
    ...{ step: name, status: 'ok', ok: true, milliseconds: 2000, detail: '', hints: [] },
    found: reason('deletes-gone'),
  });
  const about = (...names: StoreCheckStepName[]) =>
    unfinished(names.map(step), 25_000).map((one) => `${one.step} ${one.status}`);
  expect(about()).toEqual(['clock failed']);
  expect(about('clock', 'write', 'read')).toEqual(['clock ok', 'write ok', 'read failed']);
  expect(about(...STORE_CHECK_STEPS).at(-1)).toBe('repository failed');
  expect(unfinished([step('clock')], 25_000).at(-1)?.hint).not.toContain('certificate');
});

it('ends a check whose caller has gone', async () => {
  const silent = createServer();
  const reached = once(silent, 'connection') as Promise<[Socket]>;
  const port = await portOf(silent);
  const asked = request(`${service.url}/api/v1/settings/check`, {
    method: 'POST',
    headers: { authorization: `Bearer ${service.token}`, 'content-type': 'application/json' },
  });
  asked.on('error', () => undefined);
  asked.end(JSON.stringify(await candidate(`http://127.0.0.1:${port}`)));
  const [socket] = await reached;
  const closed = once(socket, 'close');
  socket.resume();
  // It still tries to clean up.
  silent.on('connection', (next) => next.destroy());
  asked.destroy();
  await closed;
  silent.close();
}, 15_000);
