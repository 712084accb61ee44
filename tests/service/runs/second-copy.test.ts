import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Doctor } from '../../../pkg/contract/api/status.ts';
import type { Readiness, ReadinessLine } from '../../../pkg/contract/api/readiness.ts';
import { runCli } from '../../support/cli.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { fastClock, type FastClock } from '../../support/fast-clock.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { eventually } from '../../support/ports.ts';
import { startS3Server, type S3Server } from '../../support/s3/server.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';
import { startWebhook, type Webhook } from '../../support/webhook.ts';
import { inDepth } from '../../support/budget.ts';

type Run = Record<string, unknown> & { counts: Record<string, number> };

let grafana: Simulator;
let second: S3Server;
let webhook: Webhook;
let clock: FastClock;
let service: TestService;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 3, folders: 1 });
  second = await startS3Server({
    buckets: ['second'],
    region: 'eu-west-9',
    credentials: [{ accessKeyId: 'other', secretAccessKey: 'other-secret' }],
  });
  webhook = await startWebhook();
  // The service looks ten times a second whether a copy is due.
  clock = fastClock(10);
});
afterEach(async () => {
  await service?.stop();
  await Promise.all([second.close(), webhook.close(), grafana.close()]);
  await removeDirectory(service.directory);
});

const copyEnvironment = (): Record<string, string> => ({
  DASHKEEP_COPY_TARGET: 's3://second/grafana',
  DASHKEEP_COPY_S3_ENDPOINT: second.url,
  DASHKEEP_COPY_S3_REGION: 'eu-west-9',
  DASHKEEP_COPY_S3_ACCESS_KEY_ID: 'other',
  DASHKEEP_COPY_S3_SECRET_ACCESS_KEY: 'other-secret',
});

async function start(more: Record<string, string> = {}, directory?: string): Promise<void> {
  const environment = { ...fewKinds(), ...copyEnvironment(), DASHKEEP_WEBHOOK_URL: webhook.url, ...more };
  service = await startService({ grafanaUrl: grafana.url, clock, environment, directory });
}

async function backUp(): Promise<Run> {
  const { json, status } = await service.call('POST', '/runs', { kind: 'backup' });
  expect(status, JSON.stringify(json)).toBe(202);
  return (await service.ended(json.id)) as Run;
}

const copies = async (): Promise<Run[]> => (await service.call('GET', '/runs?kind=copy')).json.items as Run[];

/** The newest copy, once there are that many that ended. */
function copied(count: number): Promise<Run> {
  return eventually(`copy ${count}`, async () => {
    const end = service.runEnd();
    const runs = (await copies()).filter(({ finished }) => finished !== undefined);
    return runs.length >= count ? runs[0] : void (await end);
  });
}

async function ready(code: string): Promise<ReadinessLine | undefined> {
  const { evidence } = (await service.call('GET', '/readiness')).json as Readiness;
  return evidence.find((one) => one.code === code);
}

const metric = async (name: string): Promise<string[]> => {
  const text = await (await fetch(`${service.opsUrl}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith(name));
};

const warnings = async (): Promise<string[]> =>
  (await service.call('GET', '/status')).json.warnings.map(({ message }: { message: string }) => message);

describe('a second target', () => {
  it('gets a copy after each complete backup, which is verified, and counts as a second copy', async () => {
    await start();
    expect(await ready('second-copy')).toMatchObject({ level: 'warning' });
    const { snapshot } = await backUp();
    expect(await copied(1)).toMatchObject({ status: 'complete', snapshot, counts: { copied: 1, problems: 0 } });
    expect((await copies())[0]?.counts['read']).toBeGreaterThan(3);
    expect(await ready('second-copy')).toMatchObject({
      level: 'ok',
      detail: expect.stringContaining(String(snapshot)),
    });
    expect(await ready('second-copy')).not.toHaveProperty('confirmable');
    await backUp();
    // Only now and then everything is read back.
    expect(await copied(2)).toMatchObject({ status: 'complete', counts: { copied: 1, present: 1, read: 0 } });
    expect(await metric('dashkeep_copy_overdue')).toEqual(['dashkeep_copy_overdue 0']);
    expect((await service.call('GET', '/status')).json).toMatchObject({
      copy: { description: expect.stringContaining('s3://second/grafana at http'), current: true, reachable: true },
      lastCopy: { status: 'complete' },
    });
    expect(await warnings()).toEqual([]);
  });

  it('that is down fails no backup; the copy is retried, a warning says so, and one notification', async () => {
    await start();
    second.options.deny = () => true;
    expect(await backUp()).toMatchObject({ status: 'complete' });
    expect(await copied(1)).toMatchObject({ status: 'failed', failure: { code: 'DK_STORE_DENIED' } });
    expect(await warnings()).toEqual([expect.stringContaining('the last copy to the second target failed')]);
    expect(await ready('second-copy')).toMatchObject({
      level: 'warning',
      hint: expect.stringContaining('second target'),
    });
    expect(await backUp()).toMatchObject({ status: 'complete' });
    expect(await copied(2)).toMatchObject({ status: 'failed' });
    second.options.deny = undefined;
    clock.travel(31 * 60_000);
    expect(await copied(3)).toMatchObject({ status: 'complete', counts: { copied: 2 } });
    expect(await warnings()).toEqual([]);
    expect(await ready('second-copy')).toMatchObject({ level: 'ok' });
    const events = (await webhook.took(2)).map(({ event, run }) => `${(run as Run)['kind']} ${event}`);
    expect(events).toEqual(['copy failed', 'copy recovered']);
  });

  it('whose settings are unusable is named with them, since the first target has its own', async () => {
    await start({ DASHKEEP_COPY_S3_REGION: '' });
    await backUp();
    const message = 'no S3 region is configured';
    const why = { code: 'second-target-settings', params: { message } };
    const advice = { code: 'correct-second-target' };
    expect(await copied(1)).toMatchObject({ status: 'failed', failure: { code: 'DK_SETTINGS', why, advice } });
    const failed = 'the settings of the second target cannot be used';
    const { warnings: shown } = (await service.call('GET', '/status')).json;
    expect(shown).toMatchObject([{ message: expect.stringContaining(`Z: ${failed}: ${message}`), advice }]);
    expect((await ready('second-copy'))?.hint).toContain('names begin with DASHKEEP_COPY_');
  });

  it('that stays down is overdue', async () => {
    // It makes the first backup by itself.
    await start({ DASHKEEP_SCHEDULE: '0 0 1 1 *' });
    await copied(1);
    second.options.deny = () => true;
    await backUp();
    await copied(2);
    clock.travel(3 * 366 * 86_400_000);
    expect(await metric('dashkeep_copy_overdue')).toEqual(['dashkeep_copy_overdue 1']);
    expect(await ready('second-copy')).toMatchObject({ level: 'bad' });
  });

  it('that is down fails the command, which leaves a record', async () => {
    await start({ DASHKEEP_COPY_SCHEDULE: 'off' });
    await backUp();
    second.options.deny = () => true;
    const state = { DASHKEEP_STATE_DIR: join(service.directory, 'state'), DASHKEEP_KUBERNETES: 'off' };
    const given = { ...copyEnvironment(), ...state, DASHKEEP_TARGET: `file://${service.directory}/target` };
    await expect(runCli(['copy'], given)).rejects.toMatchObject({ code: 'DK_STORE_DENIED' });
    // Its clock is not that of the service: which of both runs is newer is open.
    const copies = (await runCli(['runs', '--json'], given)).json.runs.filter(({ kind }: Run) => kind === 'copy');
    expect(copies).toMatchObject([{ status: 'failed' }]);
  });

  it('in which someone put another repository gets nothing', async () => {
    const directory = await temporaryDirectory();
    const target = `${directory.path}/second`;
    await start({ DASHKEEP_COPY_TARGET: `file://${target}` });
    await backUp();
    await copied(1);
    await rename(target, `${directory.path}/genuine`);
    const strangers = ['--target', `file://${target}`, '--state-dir', `${directory.path}/state`];
    const credentials = { GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: grafana.token({ orgId: 1 }) };
    expect((await runCli(['backup', ...strangers], credentials)).exit).not.toBe(1);
    const before = (await readdir(`${target}/snapshots`)).length;
    expect(await backUp()).toMatchObject({ status: 'complete' });
    expect(await copied(2)).toMatchObject({ status: 'failed', failure: { code: 'DK_REPOSITORY_REPLACED' } });
    expect(await readdir(`${target}/snapshots`)).toHaveLength(before);
    expect(await ready('second-copy')).toMatchObject({ level: 'warning' });
    await directory.remove();
  });

  it('that someone emptied is filled again, and fails until a person accepts that', async () => {
    const directory = await temporaryDirectory();
    const target = `file://${directory.path}/second`;
    await start({ DASHKEEP_COPY_TARGET: target });
    await backUp();
    await copied(1);
    await rm(`${directory.path}/second`, { recursive: true });
    await backUp();
    const emptied = { status: 'failed', counts: { copied: 2, problems: 1 } };
    const gone = expect.stringMatching(/the repository \w{32} and its snapshots are gone/);
    expect(await copied(2)).toMatchObject({ ...emptied, warnings: expect.arrayContaining([gone]) });
    expect(await webhook.took(1)).toMatchObject([{ event: 'failed', text: gone, run: { kind: 'copy' } }]);
    const cause =
      /^the last verification of the second copy, on \S+Z, found problems \(1\): the repository \w{32} .* are gone from/;
    expect(await warnings()).toEqual([expect.stringMatching(cause)]);
    const { params } = (await service.call('GET', '/runs?kind=copy')).json.items[0].warned[0];
    const [repository] = /\w{32}/.exec(params.message) ?? [];
    const options = ['--target', target, '--state-dir', `${service.directory}/state`];
    expect(await runCli(['trust', '--repository', String(repository), ...options], {})).toMatchObject({ exit: 0 });
    await backUp();
    expect(await copied(3)).toMatchObject({ status: 'complete' });
    await directory.remove();
  });

  it('is not called out of reach where it is the first that cannot be read', async () => {
    await start();
    await backUp();
    await copied(1);
    const first = join(service.directory, 'target');
    await rename(first, `${first}-aside`);
    await writeFile(first, '');
    const { json } = await service.call('POST', '/runs', { kind: 'copy' });
    expect(await service.ended(json.id)).toMatchObject({ status: 'failed' });
    expect((await service.call('GET', '/status')).json.copy).toMatchObject({ reachable: true });
    expect((await service.call('GET', '/status')).json.copy).not.toHaveProperty('problem');
  });

  it('has its own retention', async () => {
    await start({ DASHKEEP_COPY_KEEP: 'last=1' });
    for (const count of [1, 2, 3]) {
      await backUp();
      await copied(count);
    }
    expect(await copied(3)).toMatchObject({ counts: { copied: 1, forgotten: 1 } });
    expect((await service.call('GET', '/snapshots')).json.total).toBe(3);
  });

  it('is examined by the doctor, as the first', async () => {
    await start({ DASHKEEP_COPY_SCHEDULE: 'off' });
    // Also before the first backup.
    const { checks } = (await service.call('GET', '/doctor')).json as Doctor;
    const own = checks.filter(({ name }) => name.startsWith('second target'));
    expect(own.map(({ name }) => name)).toEqual(
      ['resolve', 'clock', 'write', 'read', 'list', 'delete', 'repository'].map((step) => `second target: ${step}`),
    );
    expect(own.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(JSON.stringify(checks)).not.toContain('other-secret');
  });

  it('in the bucket of the first is refused', async () => {
    await start({
      DASHKEEP_TARGET: 's3://second/elsewhere',
      DASHKEEP_S3_ENDPOINT: second.url,
      AWS_REGION: 'eu-west-9',
      AWS_ACCESS_KEY_ID: 'other',
      AWS_SECRET_ACCESS_KEY: 'other-secret',
    });
    await backUp();
    expect(await copied(1)).toMatchObject({ status: 'failed', failure: { why: { code: 'copy-same-place' } } });
    expect(second.requests.some(({ key }) => key.startsWith('grafana'))).toBe(false);
  });

  inDepth('is copied to by a person as well, but without one there is nothing to do', async () => {
    await start();
    await backUp();
    await copied(1);
    const { json } = await service.call('POST', '/runs', { kind: 'copy', readData: true });
    expect(await service.ended(json.id)).toMatchObject({
      status: 'complete',
      trigger: 'manual',
      counts: { copied: 0 },
    });
  });

  it('makes way for a backup, and goes on after it', async () => {
    await start();
    await backUp();
    await copied(1);
    second.options.latencyMilliseconds = 400;
    const { json } = await service.call('POST', '/runs', { kind: 'copy', readData: true });
    await eventually(
      'the copy runs',
      async () => (await service.call('GET', `/runs/${json.id}`)).json.status === 'running' || undefined,
    );
    const backup = await backUp();
    second.options.latencyMilliseconds = 0;
    expect(backup).toMatchObject({ status: 'complete' });
    expect(await service.ended(json.id)).toMatchObject({ status: 'interrupted' });
    expect(await copied(3)).toMatchObject({ status: 'complete', counts: { copied: 1 } });
  });
});

it('a second copy in a directory inside of the first is refused', async () => {
  await start({ DASHKEEP_COPY_TARGET: 's3://second/grafana' });
  await service.stop();
  const target = join(service.directory, 'target');
  await start(
    { DASHKEEP_TARGET: `file://${target}`, DASHKEEP_COPY_TARGET: `file://${target}/copy` },
    service.directory,
  );
  await backUp();
  expect(await copied(1)).toMatchObject({ status: 'failed', failure: { why: { code: 'copy-same-place' } } });
  expect(await readdir(target)).not.toContain('copy');
});
