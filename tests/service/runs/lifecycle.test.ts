import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../pkg/contract/ports.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { eventually, realClock } from '../../support/ports.ts';
import { removeDirectory, startService, TEST_API_TOKEN, type TestService } from '../../support/service.ts';

const BIN = fileURLToPath(new URL('../../../pkg/cli/bin.ts', import.meta.url));

describe('the life of a service', () => {
  let grafana: Simulator;
  let directory: string;
  const services: TestService[] = [];
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    grafana.seedDashboards({ count: 6, folders: 2 });
    directory = await mkdtemp(join(tmpdir(), 'dashkeep-life-'));
  });
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
    children.splice(0).forEach((child) => child.kill('SIGKILL'));
    await grafana.close();
    await removeDirectory(directory);
  });

  async function start(
    environment: Record<string, string | undefined> = {},
    clock: Clock = realClock,
  ): Promise<TestService> {
    const service = await startService({ grafanaUrl: grafana.url, directory, environment, clock });
    services.push(service);
    return service;
  }

  /** The real program in its own process. */
  async function startProcess(
    environment: Record<string, string | undefined> = {},
  ): Promise<{ child: ChildProcess; url: string }> {
    const child = spawn(process.execPath, ['--import', 'tsx', BIN, 'serve'], {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        HOME: directory,
        GRAFANA_URL: grafana.url,
        GRAFANA_ADMIN_USER: 'admin',
        GRAFANA_ADMIN_PASSWORD: 'admin',
        DASHKEEP_KUBERNETES: 'off',
        DASHKEEP_STATE_DIR: join(directory, 'state'),
        DASHKEEP_TARGET: `file://${join(directory, 'target')}`,
        DASHKEEP_LISTEN: '127.0.0.1:0',
        DASHKEEP_OPS_LISTEN: 'off',
        DASHKEEP_API_TOKEN: TEST_API_TOKEN,
        DASHKEEP_SCHEDULE: 'off',
        DASHKEEP_JITTER_SECONDS: '0',
        ...environment,
      },
    });
    children.push(child);
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const url = await eventually('to listen', () => /"api":"([^"]+)"/.exec(text)?.[1], 30_000);
    return { child, url };
  }

  const call = (url: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TEST_API_TOKEN}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers of many shapes
    }).then((answer) => answer.json() as Promise<any>);

  it('knows after kill -9 that a run was interrupted, and succeeds with the next one', async () => {
    const { child, url } = await startProcess();
    // Slow enough to be killed in the middle of it.
    grafana.setFaults({ match: 'GET /api*', action: { kind: 'slow', ms: 3000 } });
    const run = await call(url, 'POST', '/runs', { kind: 'backup' });
    await eventually(
      'the run to be under way',
      async () => (await call(url, 'GET', `/runs/${run.id}`)).status === 'running' || undefined,
    );
    await eventually('the journal', () =>
      readFile(join(directory, 'state', 'runs.json'), 'utf8').then((text) => text.includes(run.id) || undefined),
    );
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    grafana.setFaults();
    const service = await start();
    const dead = await eventually('the run to be known as interrupted', async () => {
      const { json } = await service.call('GET', `/runs/${run.id}`);
      return json.status === 'interrupted' ? json : undefined;
    });
    expect(dead).toMatchObject({ kind: 'backup', cancellable: false });
    expect((await service.call('GET', '/snapshots')).json.total).toBe(0);
    const next = await service.call('POST', '/runs', { kind: 'backup' });
    expect(await service.ended(next.json.id)).toMatchObject({ status: 'complete' });
    const verify = await service.call('POST', '/runs', { kind: 'verify', readData: true });
    expect(await service.ended(verify.json.id)).toMatchObject({ status: 'complete' });
    const absent = await service.call('POST', '/runs', { kind: 'verify', snapshot: '20200101T000000Z-00000000' });
    expect(await service.ended(absent.json.id)).toMatchObject({ status: 'failed', failure: { code: 'DK_NOT_FOUND' } });
  }, 60_000);

  it('prunes after kill -9 in a backup without waiting for the run that died', async () => {
    const first = await start();
    const whole = await first.call('POST', '/runs', { kind: 'backup' });
    expect(await first.ended(whole.json.id)).toMatchObject({ status: 'complete' });
    await Promise.all(services.splice(0).map((service) => service.stop()));
    const { child, url } = await startProcess();
    grafana.setFaults({ match: 'GET /api*', action: { kind: 'slow', ms: 3000 } });
    const run = await call(url, 'POST', '/runs', { kind: 'backup' });
    await eventually(
      'the session of the run',
      () =>
        readdir(join(directory, 'target', 'sessions')).then((names) => names.includes(`${run.id}.json`) || undefined),
      // Several answers of Grafana come before it.
      30_000,
    );
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    grafana.setFaults();

    const service = await start();
    const prune = await service.call('POST', '/runs', { kind: 'prune' });
    expect(await service.ended(prune.json.id)).toMatchObject({ status: 'complete' });
    expect(await readdir(join(directory, 'target', 'sessions'))).toEqual([]);
  }, 60_000);

  it('answers with the same run when the same click comes again after a restart, for a day', async () => {
    const key = { 'idempotency-key': 'a click' };
    const { child, url } = await startProcess();
    const asked = () => call(url, 'POST', '/runs', { kind: 'backup' }, key);
    const [first, twin] = await Promise.all([asked(), asked()]);
    expect(twin.id).toBe(first.id);
    const over = async () => (await call(url, 'GET', `/runs/${first.id}`)).status === 'complete' || undefined;
    await eventually('its end', over, 20_000);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    const clock = fastClock();
    const service = await start({}, clock);
    // More runs than the journal keeps: then the repository has to know.
    for (let n = 0; n < 62; n++) {
      if (n < 2 || n === 61) {
        const again = await service.call('POST', '/runs', { kind: 'backup' }, key);
        expect([again.status, again.json.id, again.json.status]).toEqual([202, first.id, 'complete']);
        expect(again.text).not.toContain('dempotency');
      }
      const { json } = await service.call('POST', '/runs', { kind: 'forget' }, { 'idempotency-key': `other ${n}` });
      await service.ended(json.id);
    }
    expect((await service.call('GET', '/runs?kind=backup')).json.total).toBe(1);
    expect((await service.call('GET', '/runs')).text).not.toContain('dempotency');
    clock.travel(24 * 3_600_000);
    const later = await service.call('POST', '/runs', { kind: 'backup' }, key);
    expect(later.json.id).not.toBe(first.id);
    expect(await service.ended(later.json.id)).toMatchObject({ status: 'complete' });
  }, 60_000);

  it('catches up exactly once on a scheduled run that kill -9 ended', async () => {
    const others = { DASHKEEP_VERIFY_SCHEDULE: 'off', DASHKEEP_PRUNE_SCHEDULE: 'off' };
    const { child, url } = await startProcess({ DASHKEEP_SCHEDULE: undefined, ...others });
    const backups = async (): Promise<{ id: string; trigger: string; status: string }[]> =>
      (await call(url, 'GET', '/runs?kind=backup')).items;
    await eventually('the first backup', async () => (await backups())[0]?.status === 'complete' || undefined, 20_000);
    grafana.setFaults({ match: 'GET /api*', action: { kind: 'slow', ms: 3000 } });
    // Once a day, the first time immediately.
    const due = new Date(Date.now() + 4000);
    const backup = `${due.getUTCSeconds()} ${due.getUTCMinutes()} ${due.getUTCHours()} * * *`;
    const { schedule } = (await call(url, 'GET', '/settings')).values;
    await call(url, 'PUT', '/settings', { values: { schedule: { ...schedule, backup, timezone: 'UTC' } } });
    const killed = await eventually(
      'the scheduled run',
      async () => (await backups()).find(({ trigger, status }) => trigger === 'scheduled' && status === 'running'),
      20_000,
    );
    await eventually('the journal', () =>
      readFile(join(directory, 'state', 'runs.json'), 'utf8').then((text) => text.includes(killed.id) || undefined),
    );
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    grafana.setFaults();

    // Sped up, so that the scheduler looks a hundred times a second.
    const restart = (verify: string) =>
      start({ DASHKEEP_SCHEDULE: undefined, ...others, DASHKEEP_VERIFY_SCHEDULE: verify }, fastClock());
    const service = await restart('off');
    const known = async (one: TestService): Promise<string[]> =>
      ((await one.call('GET', '/runs?kind=backup')).json.items as { trigger: string; status: string }[])
        .map(({ trigger, status }) => `${trigger} ${status}`)
        .reverse();
    const expected = ['catch-up complete', 'scheduled interrupted', 'catch-up complete'];
    await eventually('to catch up', async () => (await known(service)).join() === expected.join() || undefined);
    expect((await service.call('GET', `/runs/${killed.id}`)).json).toMatchObject({ status: 'interrupted' });
    const verify = await service.call('POST', '/runs', { kind: 'verify', readData: true });
    expect(await service.ended(verify.json.id)).toMatchObject({ status: 'complete' });
    const manual = await service.call('POST', '/runs', { kind: 'backup' });
    expect(await service.ended(manual.json.id)).toMatchObject({ status: 'complete' });
    await service.stop();
    services.length = 0;
    // What is due each minute shows that the scheduler has looked.
    const again = await restart('* * * * *');
    await eventually('a verification', async () => (await again.call('GET', '/runs?kind=verify')).json.items[1]);
    expect(await known(again)).toEqual([...expected, 'manual complete']);
    expect((await again.call('GET', '/snapshots')).json.total).toBe(3);
  }, 60_000);

  it('does not begin again for ever when what is caught up never gets to its end', async () => {
    grafana.setFaults({ match: 'GET /apis/*', action: { kind: 'slow', ms: 3000 } });
    const statuses = async (one: TestService): Promise<string[]> =>
      (await one.call('GET', '/runs?kind=backup')).json.items.map(({ status }: { status: string }) => status);
    for (const before of [0, 1]) {
      const service = await start({ DASHKEEP_SCHEDULE: '0 0 1 1 *', DASHKEEP_STOP_SECONDS: '1' });
      await eventually('a run', async () => {
        const seen = await statuses(service);
        return (seen[0] === 'running' && seen.length === before + 1) || undefined;
      });
      await service.stop();
      services.length = 0;
    }
    grafana.setFaults();
    // What is due each minute shows that the scheduler has looked.
    const environment = { DASHKEEP_SCHEDULE: '0 0 1 1 *', DASHKEEP_VERIFY_SCHEDULE: '* * * * *' };
    const service = await start(environment, fastClock());
    await eventually('a verification', async () => (await service.call('GET', '/runs?kind=verify')).json.items[0]);
    expect(await statuses(service)).toEqual(['interrupted', 'interrupted']);
  }, 30_000);

  it('ends a run in flight as interrupted when it is told to stop', async () => {
    const first = await start();
    grafana.setFaults({ match: 'GET /api*', action: { kind: 'slow', ms: 2000 } });
    const { json: run } = await first.call('POST', '/runs', { kind: 'backup' });
    await eventually(
      'the run',
      async () => (await first.call('GET', `/runs/${run.id}`)).json.status === 'running' || undefined,
    );
    await first.stop();
    services.length = 0;
    grafana.setFaults();
    const second = await start();
    expect((await second.call('GET', `/runs/${run.id}`)).json).toMatchObject({ status: 'interrupted' });
  }, 30_000);

  it('cancels a run, and says so', async () => {
    const service = await start();
    grafana.setFaults({ match: 'GET /api*', action: { kind: 'slow', ms: 2000 } });
    const { json: run } = await service.call('POST', '/runs', { kind: 'backup' });
    const busy = await service.call('POST', '/runs', { kind: 'backup' });
    expect([busy.status, busy.json.error.code]).toEqual([409, 'DK_BUSY']);
    expect((await service.call('POST', `/runs/${run.id}/cancel`)).status).toBe(200);
    expect(await service.ended(run.id)).toMatchObject({ status: 'cancelled' });
    expect((await service.call('POST', `/runs/${run.id}/cancel`)).status).toBe(409);
  }, 30_000);

  it('says of a restore that was cancelled while it waited that it came to nothing', async () => {
    const service = await start();
    await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
    const { json: plan } = await service.call('POST', '/restores', {
      snapshot: 'latest',
      selection: { type: 'everything' },
    });
    grafana.setFaults({ match: 'GET /api*', action: { kind: 'slow', ms: 2000 } });
    await service.call('POST', '/runs', { kind: 'backup' });
    const { json: run } = await service.call('POST', `/restores/${plan.id}/apply`, {});
    expect(run.status).toBe('queued');
    expect((await service.call('GET', `/restores/${plan.id}`)).json.state).toBe('applying');
    await service.call('POST', `/runs/${run.id}/cancel`);
    grafana.setFaults();
    expect(await service.ended(run.id)).toMatchObject({ status: 'cancelled' });
    expect((await service.call('GET', `/restores/${plan.id}`)).json.state).toBe('failed');
  }, 30_000);

  it('shows failed runs also when the target was away, and keeps their records when it is back', async () => {
    const blocked = join(directory, 'target');
    await writeFile(blocked, 'a file where the directory should be');
    const service = await start();
    const { json: run } = await service.call('POST', '/runs', { kind: 'backup' });
    const failed = await service.ended(run.id);
    expect(failed).toMatchObject({ status: 'failed' });
    expect((failed['failure'] as { hint: string }).hint).not.toBe('');
    expect((await service.call('GET', '/runs?status=failed')).json.items).toMatchObject([{ id: run.id }]);
    await rm(blocked);
    const next = await service.call('POST', '/runs', { kind: 'backup' });
    expect(await service.ended(next.json.id)).toMatchObject({ status: 'complete' });
    await eventually('the record in the repository', async () => {
      const names = await readdir(join(blocked, 'runs'));
      return names.some((name) => name.startsWith(run.id)) || undefined;
    });
  });

  it('backs up immediately when it is new, and catches up once after it was away', async () => {
    const service = await start({ DASHKEEP_SCHEDULE: '0 0 1 1 *' });
    const first = await eventually('a first backup', async () => {
      const { items } = (await service.call('GET', '/runs?kind=backup&status=complete')).json;
      return items[0];
    });
    expect(first.trigger).toBe('catch-up');
    await service.stop();
    services.length = 0;
    // As if that had been a year and a half ago.
    const path = join(directory, 'state', 'runs.json');
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(/20\d\d-/g, '2020-'));
    await rm(join(directory, 'target', 'snapshots'), { recursive: true });
    const again = await start({ DASHKEEP_SCHEDULE: '0 0 1 1 *' });
    await eventually('one more', async () => (await again.call('GET', '/snapshots')).json.total === 1 || undefined);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect((await again.call('GET', '/snapshots')).json.total).toBe(1);
  }, 30_000);

  it('catches up on all that was missed, one after the other', async () => {
    const service = await start();
    for (const kind of ['backup', 'verify', 'prune']) {
      const { json } = await service.call('POST', '/runs', { kind });
      await service.ended(json.id);
    }
    await service.stop();
    services.length = 0;
    // As if all of that had been years ago.
    const path = join(directory, 'state', 'runs.json');
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(/20\d\d-/g, '2020-'));
    await rm(join(directory, 'target'), { recursive: true });
    const yearly = '0 0 1 1 *';
    const environment = {
      DASHKEEP_SCHEDULE: yearly,
      DASHKEEP_VERIFY_SCHEDULE: yearly,
      DASHKEEP_PRUNE_SCHEDULE: yearly,
    };
    const again = await start(environment, fastClock());
    const caughtUp = await eventually('three runs', async () => {
      const { items } = (await again.call('GET', '/runs?trigger=catch-up&status=complete,partial,failed')).json;
      return items.length === 3 ? items : undefined;
    });
    const kinds = (caughtUp as { kind: string }[]).map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['backup', 'prune', 'verify']);
    await realClock.sleep(500);
    expect((await again.call('GET', '/runs?trigger=catch-up')).json.items).toHaveLength(3);
  }, 30_000);

  it('keeps its state where only its owner may look', async () => {
    const service = await start();
    await service.call('PUT', '/settings', { secrets: { s3AccessKeyId: 'AKIAEXAMPLE' } });
    const state = join(directory, 'state');
    const modes = await Promise.all(
      [state, join(state, 'secrets.json')].map(async (path) => (await stat(path)).mode & 0o777),
    );
    expect(modes).toEqual([0o700, 0o600]);
  });
});
