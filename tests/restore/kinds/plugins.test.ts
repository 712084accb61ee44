import { afterEach, beforeEach, expect, it } from 'vitest';
import { named, reasons, RestoreBench } from '../harness.ts';

const PIE = 'grafana-piechart-panel';
const CLOCK = 'grafana-clock-panel';
const OWN = 'dashkeep-backup-app';
let bench: RestoreBench;

beforeEach(async () => {
  bench = await RestoreBench.start({ profile: '12.4' });
  for (const id of [PIE, CLOCK]) {
    bench.sim.state.plugins.set(id, {
      id,
      name: id,
      type: 'panel',
      version: '1.6.4',
      signature: 'valid',
      autoEnabled: false,
    });
  }
});
afterEach(() => bench.close());

it('are named with what to install first, and what is there in another version', async () => {
  await bench.backup();
  bench.sim.state.plugins.delete(PIE);
  bench.sim.state.plugins.get(CLOCK)!.version = '2.0.0';

  const plan = await bench.plan({ selection: { kinds: ['plugin'] }, options: { overwrite: true } });

  expect(reasons(plan, 'skip')).toEqual({
    [`plugin/${PIE}`]: 'not installed here; install version 1.6.4 first',
    [`plugin/${CLOCK}`]: 'version 2.0.0 is installed here; the snapshot contains 1.6.4',
  });
  expect(named(plan, 'create', 'update', 'blocked')).toEqual([]);
});

it('name no version of the own app to install first: its service must not run before the restore', async () => {
  const app = { id: OWN, name: OWN, type: 'app' as const, version: '1.0.0', autoEnabled: false };
  bench.sim.state.plugins.set(OWN, app);
  await bench.backup();
  bench.sim.state.plugins.delete(OWN);

  const plan = await bench.plan({ selection: { kinds: ['plugin'] } });

  const reason = 'backed up for reference only; Grafana cannot restore it';
  expect(reasons(plan, 'skip')).toMatchObject({ [`plugin/${OWN}`]: reason });
});

it('are backed up without those that come with Grafana', async () => {
  const manifest = await bench.backup();
  const uids = manifest.resources.filter(({ kind }) => kind === 'plugin').map(({ uid }) => uid);
  expect(uids).toEqual(expect.arrayContaining([PIE, CLOCK]));
  expect(uids).not.toContain('prometheus');
});

it('are named by the data sources that need them', async () => {
  await bench.api('POST /api/datasources', { uid: 'infinity', name: 'Infinity', type: 'yesoreyeram', access: 'proxy' });
  await bench.api('POST /api/datasources', { uid: 'prom', name: 'Prom', type: 'prometheus', access: 'proxy' });
  await bench.backup();
  bench.sim.wipe();

  const { items } = await bench.plan({ selection: { kinds: ['data-source'] } });

  const losses = Object.fromEntries(items.map(({ uid, losses }) => [uid, losses]));
  expect(losses).toMatchObject({
    infinity: ['its plugin yesoreyeram is not installed here; install it first'],
    prom: [],
  });
});
