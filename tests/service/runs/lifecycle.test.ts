import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { budget, inDepth } from '../../support/budget.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { eventually } from '../../support/ports.ts';
import { startWebhook } from '../../support/webhook.ts';
import { call, directory, grafana, services, setUp, start, startProcess } from './life.ts';

describe('the life of a service', () => {
  setUp();

  it('knows after kill -9 that a run was interrupted, and succeeds with the next one', async () => {
    const { child, url } = await startProcess();
    // To be killed in the middle of it.
    const release = grafana.hold('GET /apis/*');
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
    release();
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
  });

  inDepth('prunes after kill -9 in a backup without waiting for the run that died', async () => {
    const first = await start();
    const whole = await first.call('POST', '/runs', { kind: 'backup' });
    expect(await first.ended(whole.json.id)).toMatchObject({ status: 'complete' });
    await Promise.all(services.splice(0).map((service) => service.stop()));
    const { child, url } = await startProcess();
    const release = grafana.hold('GET /apis/*');
    const run = await call(url, 'POST', '/runs', { kind: 'backup' });
    await eventually('the session of the run', () =>
      readdir(join(directory, 'target', 'sessions')).then((names) => names.includes(`${run.id}.json`) || undefined),
    );
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    release();

    const service = await start();
    const prune = await service.call('POST', '/runs', { kind: 'prune' });
    expect(await service.ended(prune.json.id)).toMatchObject({ status: 'complete' });
    expect(await readdir(join(directory, 'target', 'sessions'))).toEqual([]);
  });

  it('answers with the same run when the same click comes again after a restart, for a day', async () => {
    const key = { 'idempotency-key': 'a click' };
    const { child, url } = await startProcess();
    const asked = () => call(url, 'POST', '/runs', { kind: 'backup' }, key);
    const [first, twin] = await Promise.all([asked(), asked()]);
    expect(twin.id).toBe(first.id);
    const over = async () => (await call(url, 'GET', `/runs/${first.id}`)).status === 'complete' || undefined;
    await eventually('its end', over);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    const clock = fastClock();
    const service = await start({}, clock);
    // In depth more runs than the journal keeps: then the repository has to know.
    for (let n = 0; n < budget(2, 62); n++) {
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
  });

  it('ends a run in flight as interrupted when it is asked to stop', async () => {
    const first = await start();
    const release = grafana.hold('GET /apis/*');
    const { json: run } = await first.call('POST', '/runs', { kind: 'backup' });
    await eventually(
      'the run',
      async () => (await first.call('GET', `/runs/${run.id}`)).json.status === 'running' || undefined,
    );
    await first.stop();
    services.length = 0;
    release();
    const second = await start();
    expect((await second.call('GET', `/runs/${run.id}`)).json).toMatchObject({ status: 'interrupted' });
  });

  it('cancels a run, and says so', async () => {
    const service = await start();
    grafana.hold('GET /apis/*');
    const { json: run } = await service.call('POST', '/runs', { kind: 'backup' });
    const busy = await service.call('POST', '/runs', { kind: 'backup' });
    expect([busy.status, busy.json.error.code]).toEqual([409, 'DK_BUSY']);
    expect((await service.call('POST', `/runs/${run.id}/cancel`)).status).toBe(200);
    expect(await service.ended(run.id)).toMatchObject({ status: 'cancelled' });
    expect((await service.call('POST', `/runs/${run.id}/cancel`)).status).toBe(409);
  });

  it('says of a restore that was cancelled while it waited that it came to nothing', async () => {
    const service = await start();
    await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
    const { json: plan } = await service.call('POST', '/restores', {
      snapshot: 'latest',
      selection: { type: 'everything' },
    });
    const release = grafana.hold('GET /apis/*');
    await service.call('POST', '/runs', { kind: 'backup' });
    const { json: run } = await service.call('POST', `/restores/${plan.id}/apply`, {});
    expect(run.status).toBe('queued');
    expect((await service.call('GET', `/restores/${plan.id}`)).json.state).toBe('applying');
    await service.call('POST', `/runs/${run.id}/cancel`);
    release();
    expect(await service.ended(run.id)).toMatchObject({ status: 'cancelled' });
    expect((await service.call('GET', `/restores/${plan.id}`)).json.state).toBe('failed');
  });

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

describe('a journal that a full disk kept as it was', () => {
  setUp();

  it('does not report a finished run as interrupted', async () => {
    const first = await start();
    await first.ended((await first.call('POST', '/runs', { kind: 'backup' })).json.id);
    const { dashboards } = grafana.state.org(1);
    dashboards.delete([...dashboards.keys()][0] ?? '');
    const selection = { type: 'kinds', kinds: ['dashboard'] };
    const { json: plan } = await first.call('POST', '/restores', { snapshot: 'latest', selection });
    const { id } = (await first.call('POST', `/restores/${plan.id}/apply`, {})).json;
    const ended = await first.ended(id);
    expect(ended).toMatchObject({ status: 'complete' });
    await first.stop();
    services.splice(0);
    const file = join(directory, 'state', 'runs.json');
    const entries = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>[];
    const stale = entries.map(({ finished: _, snapshot: _1, ...entry }) => ({
      ...entry,
      status: 'running',
      instance: 'before',
    }));
    await writeFile(file, JSON.stringify(stale));

    const webhook = await startWebhook();
    const second = await start({ DASHKEEP_WEBHOOK_URL: webhook.url });
    const known = await eventually('the record to be looked at', async () => {
      const { json } = await second.call('GET', `/runs/${id}`);
      return json.status === 'complete' ? json : undefined;
    });
    expect(known).toMatchObject({ snapshot: ended.snapshot, counts: ended.counts });
    await second.stop();
    services.splice(0);
    expect(webhook.heard).toEqual([]);
    await webhook.close();
  });
});
