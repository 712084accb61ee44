import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../support/cli.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { realClock } from '../../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';
import { variants } from '../../support/budget.ts';

const MINUTE = 60_000;
const YEAR = 365 * 86_400_000;

let grafana: Simulator;
let service: TestService;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  service = await startService({ grafanaUrl: grafana.url, environment: fewKinds() });
});

afterEach(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

/** Runs the command line on a machine whose clock is a year ahead. */
function ahead(args: string[]): ReturnType<typeof runCli> {
  const environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_ADMIN_USER: 'admin',
    GRAFANA_ADMIN_PASSWORD: 'admin',
    DASHKEEP_TARGET: `file://${join(service.directory, 'target')}`,
    DASHKEEP_STATE_DIR: join(service.directory, 'state'),
    ...fewKinds(),
  };
  const clock = { ...realClock, now: () => new Date(Date.now() + YEAR) };
  return runCli(args, environment, { clock });
}

describe('a service whose repository has a snapshot from the future', () => {
  it('has no backup because of it, and says what to do', async () => {
    const { snapshot } = (await ahead(['backup', '--ignore-clock', '--json'])).json;
    service.service.freshness.snapshotsChanged();

    await expect
      .poll(async () => (await service.call('GET', '/status')).json.warnings, { timeout: 20_000, interval: 200 })
      .toContainEqual(
        expect.objectContaining({
          code: 'DK_SNAPSHOT_FUTURE',
          why: { code: 'snapshot-future', params: { snapshot } },
        }),
      );
    const status = (await service.call('GET', '/status')).json;
    expect(status.protection).toBe('never');
    const { checks } = (await service.call('GET', '/doctor')).json;
    expect(checks).toContainEqual(
      expect.objectContaining({ status: 'warning', detail: expect.stringContaining(snapshot) }),
    );

    const { id } = (await service.call('POST', '/runs', { kind: 'backup' })).json;
    expect((await service.ended(id))['status']).toBe('complete');
    await expect
      .poll(async () => (await service.call('GET', '/status')).json.protection, { timeout: 20_000, interval: 200 })
      .toBe('yes');
  });

  it('names it in its checks if its file is dated in the future, too, so that backups are refused', async () => {
    const { snapshot } = (await ahead(['backup', '--ignore-clock', '--json'])).json;
    const target = join(service.directory, 'target');
    const file = (await readdir(target, { recursive: true })).find((name) => name.includes(`snapshots/${snapshot}`));
    const then = new Date(Date.now() + YEAR);
    await utimes(join(target, file!), then, then);
    service.service.freshness.snapshotsChanged();

    const { checks } = (await service.call('GET', '/doctor')).json;
    expect(checks).toContainEqual(
      expect.objectContaining({ status: 'failed', detail: expect.stringContaining(snapshot) }),
    );
    const { id } = (await service.call('POST', '/runs', { kind: 'backup' })).json;
    expect(await service.ended(id)).toMatchObject({ status: 'failed', failure: { code: 'DK_CLOCK_SKEW' } });
  });

  it('is not protected while its newest snapshot is later than the clock, and names the command that helps', async () => {
    const { snapshot } = (await ahead(['backup', '--ignore-clock', '--json'])).json;
    const target = join(service.directory, 'target');
    const file = (await readdir(target, { recursive: true })).find((name) => name.includes(`snapshots/${snapshot}`));
    const then = new Date(Date.now() + YEAR);
    await utimes(join(target, file!), then, then);
    service.service.freshness.snapshotsChanged();

    await expect
      .poll(async () => (await service.call('GET', '/status')).json.protection, { timeout: 20_000, interval: 200 })
      .toBe('late');
    const command = expect.stringContaining(`dashkeep forget ${snapshot} --ignore-clock`);
    const { warnings } = (await service.call('GET', '/status')).json;
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'DK_CLOCK_SKEW', hint: command }));
    const { evidence } = (await service.call('GET', '/readiness')).json;
    expect(evidence).toContainEqual(expect.objectContaining({ code: 'backup', level: 'bad', hint: command }));
  });

  it.each(
    variants(
      [
        ['a year behind', -YEAR],
        ['an hour ahead', 3_600_000],
        ['an hour behind', -3_600_000],
      ],
      2,
    ),
  )('is not protected from its start while its own clock is %s', async (_name, off) => {
    await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
    const { directory } = service;
    await service.stop();
    const clock = { ...realClock, now: () => new Date(Date.now() + off) };
    const environment = { DASHKEEP_IGNORE_CLOCK: 'false' };
    service = await startService({ grafanaUrl: grafana.url, directory, clock, environment });
    const status = async () => (await service.call('GET', '/status')).json;
    await expect.poll(async () => (await status()).snapshots, { timeout: 20_000, interval: 100 }).toBe(1);
    const { protection, warnings } = await status();
    expect(JSON.stringify(warnings)).not.toContain('dashkeep forget');
    expect([protection, warnings]).toEqual([
      'late',
      expect.arrayContaining([expect.objectContaining({ code: 'DK_CLOCK_SKEW' })]),
    ]);
    const { evidence } = (await service.call('GET', '/readiness')).json;
    expect(evidence).toContainEqual(expect.objectContaining({ code: 'backup', level: 'bad' }));
  });

  it('that a verification finds calls it neither damaged nor repairable', async () => {
    const { snapshot } = (await ahead(['backup', '--ignore-clock', '--json'])).json;
    service.service.freshness.snapshotsChanged();
    const { id } = (await service.call('POST', '/runs', { kind: 'verify' })).json;
    expect(await service.ended(id)).toMatchObject({ status: 'failed', warned: [{ code: 'DK_SNAPSHOT_FUTURE' }] });
    await expect
      .poll(async () => (await service.call('GET', '/status')).json.warnings, { timeout: 20_000, interval: 200 })
      .toContainEqual(expect.objectContaining({ why: { code: 'snapshot-future', params: { snapshot } } }));
    const texts = await Promise.all(['/status', '/readiness', '/doctor'].map((path) => service.call('GET', path)));
    for (const { text } of texts) {
      expect(text).not.toMatch(/DK_OBJECT_DAMAGED|stored-damaged|ready-repair/);
    }
  });

  it('plans no restore while its own clock is off', async () => {
    const { id } = (await service.call('POST', '/runs', { kind: 'backup' })).json;
    const { snapshot } = await service.ended(id);
    const { directory } = service;
    await service.stop();
    const clock = { ...realClock, now: () => new Date(Date.now() + YEAR) };
    const environment = { DASHKEEP_IGNORE_CLOCK: 'false' };
    service = await startService({ grafanaUrl: grafana.url, directory, clock, environment });
    const asked = { snapshot, selection: { type: 'everything' }, options: {} };
    const { status, json } = await service.call('POST', '/restores', asked);
    expect([status, json.error.code]).toEqual([409, 'DK_CLOCK_SKEW']);
  });

  it('takes no verification from the future for evidence', async () => {
    await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
    expect((await ahead(['verify'])).exit).toBe(0);
    const { evidence } = (await service.call('GET', '/readiness')).json;
    expect(evidence).toContainEqual(expect.objectContaining({ code: 'verification', level: 'warning' }));
  });

  it('lists a run from the future after the others', async () => {
    const misdated = (await ahead(['backup', '--ignore-clock', '--json'])).json.snapshot;
    const { id } = (await service.call('POST', '/runs', { kind: 'backup' })).json;
    await service.ended(id);
    const first = (await service.call('GET', '/runs?limit=1')).json;
    const second = (await service.call('GET', `/runs?limit=1&cursor=${first.next}`)).json;
    expect([first, second].map(({ items }) => items[0].snapshot)).toEqual([
      expect.not.stringContaining(misdated),
      misdated,
    ]);
    expect(first.items[0].id).toBe(id);
    expect([first, second].map(({ items }) => items[0].future)).toEqual([undefined, true]);
    const runs = await Promise.all([id, misdated].map((one) => service.call('GET', `/runs/${one}`)));
    expect(runs.map(({ json }) => json.future)).toEqual([undefined, true]);
  });

  it('does not go by a run that its own clock dated so', async () => {
    const { directory } = service;
    await service.stop();
    const clock = { ...realClock, now: () => new Date(Date.now() + YEAR) };
    service = await startService({ grafanaUrl: grafana.url, directory, clock, environment: fewKinds() });
    const { id } = (await service.call('POST', '/runs', { kind: 'backup' })).json;
    expect((await service.ended(id))['status']).toBe('complete');
    await service.stop();

    service = await startService({ grafanaUrl: grafana.url, directory });
    await expect
      .poll(async () => (await service.call('GET', '/status')).json.protection, { timeout: 20_000, interval: 200 })
      .toBe('never');
    const { lastBackup, lastSuccess } = (await service.call('GET', '/status')).json;
    expect([lastBackup, lastSuccess]).toEqual([undefined, undefined]);
  });

  it('is not failed by a backup that failed before the newest one, by a clock that was ahead', async () => {
    const { directory } = service;
    await service.stop();
    let off = 0;
    const clock = { ...realClock, now: () => new Date(Date.now() + off) };
    service = await startService({ grafanaUrl: grafana.url, directory, clock, environment: fewKinds() });
    const status = async () => (await service.call('GET', '/status')).json;
    const backUp = async () => service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
    const fail = async () => {
      grafana.setFaults({ match: 'GET /api/health', action: { kind: 'status', status: 418, body: {} } });
      expect((await backUp())['status']).toBe('failed');
      grafana.setFaults();
    };
    const evidence = async () =>
      (await service.call('GET', '/readiness')).json.evidence.find((one: { code: string }) => one.code === 'backup');
    off = 4 * MINUTE;
    await fail();
    off = 0;
    const { snapshot } = await backUp();
    await expect.poll(async () => (await status()).newest?.id, { timeout: 20_000, interval: 100 }).toBe(snapshot);

    expect(await status()).toMatchObject({ protection: 'yes', lastBackup: { snapshot } });
    expect(await evidence()).toMatchObject({ level: 'ok' });
    // The time that it was dated has come.
    off = 4.5 * MINUTE;
    expect(await status()).toMatchObject({ protection: 'yes', lastBackup: { snapshot } });
    expect(await evidence()).toMatchObject({ level: 'ok' });
    // One that fails after it makes it so, although it is dated earlier.
    off = -MINUTE;
    await fail();
    expect((await status()).protection).toBe('failed');
    expect(await evidence()).toMatchObject({ level: 'warning' });
  });
});
