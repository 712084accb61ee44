import { within } from '../servers/within.ts';
import { Dashkeep } from '../tools/dashkeep.ts';
import { costOf, type Scenario } from '../types.ts';

const UID = 'twenty-megabytes';
const PANELS = 20_000;
/** Text in each panel: with its frame about a kilobyte. */
const TEXT = 'What to do when this graph goes up, step by step. '.repeat(17);

/** Peak memory with one dashboard of 20 MB, less the peak without it. */
export const big: Scenario = {
  title: 'One dashboard of 20 MB among small ones',
  dashboards: 200,
  run: (task) =>
    within(task.setup, async (world) => {
      for (let round = 1; round <= task.repeat; round++) {
        const before = new Dashkeep(world, `before-${round}`);
        const small = await before.prepare();
        const smallRestore = await lostAndRestored(before, (await world.uids())[0] ?? '');
        await world.meanwhile(() =>
          world.call('POST', '/api/dashboards/db', { dashboard: dashboard(), overwrite: true }),
        );
        const after = new Dashkeep(world, `after-${round}`);
        const { result, traffic } = await world.watch(() => after.backup());
        const kept = after.kept(await world.uids());
        const restored = await lostAndRestored(after, UID);
        await world.meanwhile(() => world.call('DELETE', `/api/dashboards/uid/${UID}`));
        task.add({
          tool: 'dashkeep, backup',
          ...costOf(result),
          ...traffic,
          completeness: kept,
          figures: { 'MB above baseline': result.peakMB - small.peakMB },
        });
        task.add({
          tool: 'dashkeep, restore of it',
          ...costOf(restored),
          figures: { 'MB above baseline': restored.peakMB - smallRestore.peakMB },
          note: restored.exit === 0 ? undefined : `exit code ${restored.exit}`,
        });
      }
    }),
};

async function lostAndRestored(dashkeep: Dashkeep, uid: string): ReturnType<Dashkeep['run']> {
  const { world } = dashkeep;
  await world.meanwhile(() => world.call('DELETE', `/api/dashboards/uid/${uid}`));
  return dashkeep.run('restore', 'latest', '--apply', '--no-safety-snapshot', '--only', `dashboard/${uid}`);
}

function dashboard(): object {
  const panels = Array.from({ length: PANELS }, (_, index) => ({
    id: index + 1,
    type: 'text',
    title: `Runbook ${index}`,
    gridPos: { h: 4, w: 6, x: (index % 4) * 6, y: Math.floor(index / 4) * 4 },
    options: { mode: 'markdown', content: `${index}: ${TEXT}` },
  }));
  return { uid: UID, title: 'Twenty megabytes', schemaVersion: 41, tags: [], panels };
}
