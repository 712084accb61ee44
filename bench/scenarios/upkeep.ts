import { within } from '../servers/within.ts';
import { Dashkeep } from '../tools/dashkeep.ts';
import type { Measured } from '../measure/process.ts';
import { costOf, type Completeness, type Scenario } from '../types.ts';

/** Objects must be that old to be marked, and marks that old to be acted upon. */
const GRACE_HOURS = 49;
const BETWEEN_HOURS = 5;

export function verify(title: string, ...options: string[]): Scenario {
  return {
    title,
    run: (task) =>
      within(task.setup, async (world) => {
        const dashkeep = new Dashkeep(world);
        await dashkeep.prepare();
        for (let round = 1; round <= task.repeat; round++) {
          const { result, traffic } = await world.watch(() => dashkeep.run('verify', ...options));
          const { problems } = JSON.parse(result.output) as { problems: unknown[] };
          const completeness = dashkeep.kept(await world.uids());
          const figures = { 'problems found': problems.length };
          task.add({ tool: 'dashkeep', ...costOf(result), ...traffic, completeness, figures });
        }
      }),
  };
}

/** Half of the dashboards change, the older snapshot is forgotten: half of the old objects are for nobody any more. */
export const prune: Scenario = {
  title: 'Prune: mark the earlier versions of half of all dashboards, and remove them five hours later',
  run: (task) =>
    within(task.setup, async (world) => {
      const dashkeep = new Dashkeep(world);
      await dashkeep.prepare();
      await world.grafana.order('touch', { count: Math.round(task.setup.dashboards / 2), seed: 1 });
      await dashkeep.prepare();
      await dashkeep.run('forget', '--keep-last', '1');
      const objects = (): number => world.bucket.keys().filter((key) => key.includes('/objects/')).length;
      const unneeded = objects() - (await stillNeeded(dashkeep));

      await world.bucket.restart(GRACE_HOURS);
      const marked = await world.watch(() => dashkeep.run('prune'));
      await world.bucket.restart(BETWEEN_HOURS, '/prune/');
      const before = objects();
      const removed = await world.watch(() => dashkeep.run('prune'));
      const gone = before - objects();
      const add = (what: string, result: Measured, bucketRequests: number, figures: Record<string, number>): void =>
        task.add({ tool: `dashkeep, ${what}`, ...costOf(result), bucketRequests, figures });
      add('mark', marked.result, marked.traffic.bucketRequests, { 'objects to remove': unneeded });
      const kept: Completeness = dashkeep.kept(await world.uids());
      task.add({
        tool: 'dashkeep, remove',
        ...costOf(removed.result),
        bucketRequests: removed.traffic.bucketRequests,
        completeness: kept,
        figures: { 'objects removed': gone },
      });
    }),
};

async function stillNeeded(dashkeep: Dashkeep): Promise<number> {
  const { output } = await dashkeep.run('show', 'latest');
  const { resources } = JSON.parse(output) as { resources: { object: string }[] };
  return new Set(resources.map(({ object }) => object)).size;
}
