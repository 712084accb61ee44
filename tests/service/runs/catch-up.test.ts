import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fastClock } from '../../support/fast-clock.ts';
import { eventually } from '../../support/ports.ts';
import type { TestService } from '../../support/service.ts';
import { call, directory, grafana, services, setUp, start, startProcess } from './life.ts';
import { inDepth } from '../../support/budget.ts';

describe('a service that was away', () => {
  setUp();

  it('catches up exactly once on a scheduled run that kill -9 ended', async () => {
    const others = { DASHKEEP_VERIFY_SCHEDULE: 'off', DASHKEEP_PRUNE_SCHEDULE: 'off' };
    const { child, url } = await startProcess({ DASHKEEP_SCHEDULE: undefined, ...others });
    const backups = async (): Promise<{ id: string; trigger: string; status: string; started: string }[]> =>
      (await call(url, 'GET', '/runs?kind=backup')).items;
    await eventually('the first backup', async () => (await backups())[0]?.status === 'complete' || undefined);
    const release = grafana.hold('GET /apis/*');
    const { schedule } = (await call(url, 'GET', '/settings')).values;
    const setSchedule = (backup: string) =>
      call(url, 'PUT', '/settings', { values: { schedule: { ...schedule, backup, timezone: 'UTC' } } });
    await setSchedule('* * * * * *');
    const killed = await eventually('the scheduled run', async () =>
      (await backups()).find(({ trigger, status }) => trigger === 'scheduled' && status === 'running'),
    );
    // As if it had been due now, and once a day.
    const due = new Date(killed.started);
    await setSchedule(`${due.getUTCSeconds()} ${due.getUTCMinutes()} ${due.getUTCHours()} * * *`);
    await eventually('the journal', () =>
      readFile(join(directory, 'state', 'runs.json'), 'utf8').then((text) => text.includes(killed.id) || undefined),
    );
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    release();

    // Sped up, so that the scheduler looks a hundred times a second.
    const restart = (verify: string) =>
      start({ DASHKEEP_SCHEDULE: undefined, ...others, DASHKEEP_VERIFY_SCHEDULE: verify }, fastClock());
    const service = await restart('off');
    const known = async (one: TestService): Promise<string[]> =>
      ((await one.call('GET', '/runs?kind=backup')).json.items as { trigger: string; status: string }[])
        .map(({ trigger, status }) => `${trigger} ${status}`)
        .reverse();
    const expected = ['scheduled complete', 'scheduled interrupted', 'scheduled complete'];
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
  });

  it('does not begin again for ever when what is caught up never gets to its end', async () => {
    const release = grafana.hold('GET /apis/*');
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
    release();
    // What is due each minute shows that the scheduler has looked.
    const environment = { DASHKEEP_SCHEDULE: '0 0 1 1 *', DASHKEEP_VERIFY_SCHEDULE: '* * * * *' };
    const service = await start(environment, fastClock());
    await eventually('a verification', async () => (await service.call('GET', '/runs?kind=verify')).json.items[0]);
    expect(await statuses(service)).toEqual(['interrupted', 'interrupted']);
  });

  it('backs up immediately when it is new, and catches up once after it was away', async () => {
    const service = await start({ DASHKEEP_SCHEDULE: '0 0 1 1 *' });
    const first = await eventually('a first backup', async () => {
      const { items } = (await service.call('GET', '/runs?kind=backup&status=complete')).json;
      return items[0];
    });
    expect(first.trigger).toBe('scheduled');
    await service.stop();
    services.length = 0;
    // As if that had been a year and a half ago.
    const path = join(directory, 'state', 'runs.json');
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(/20\d\d-/g, '2020-'));
    await rm(join(directory, 'target', 'snapshots'), { recursive: true });
    // What is due each minute shows that the scheduler has looked.
    const environment = { DASHKEEP_SCHEDULE: '0 0 1 1 *', DASHKEEP_VERIFY_SCHEDULE: '* * * * *' };
    const again = await start(environment, fastClock());
    await eventually('one more', async () => (await again.call('GET', '/snapshots')).json.total === 1 || undefined);
    await eventually('a verification', async () => (await again.call('GET', '/runs?kind=verify')).json.items[0]);
    expect((await again.call('GET', '/snapshots')).json.total).toBe(1);
  });

  inDepth('catches up on all that was missed, one after the other', async () => {
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
      const { items } = (await again.call('GET', '/runs?trigger=scheduled&status=complete,partial,failed')).json;
      return items.length === 3 ? items : undefined;
    });
    const kinds = (caughtUp as { kind: string }[]).map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['backup', 'prune', 'verify']);
    // As long as the scheduler takes to look many times.
    await fastClock().sleep(50_000);
    expect((await again.call('GET', '/runs?trigger=scheduled')).json.items).toHaveLength(3);
  });
});
