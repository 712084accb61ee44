import { within } from '../servers/within.ts';
import { readsOf } from '../tools/bare.ts';
import { Dashkeep } from '../tools/dashkeep.ts';
import { costOf, type Scenario } from '../types.ts';

const LIST = /\/(dashboards|folders|search)$/;

/** A backup after this share of the dashboards was edited, beside the full one that it follows. */
export function increment(title: string, share: number): Scenario {
  return {
    title,
    run: (task) =>
      within(task.setup, async (world) => {
        const dashkeep = new Dashkeep(world);
        const first = await world.watch(() => dashkeep.prepare());
        const pages = (await readsOf(world)).filter(({ path }) => LIST.test(path)).length;
        for (let round = 1; round <= task.repeat; round++) {
          if (share > 0) {
            await world.grafana.order('touch', { count: Math.round(task.setup.dashboards * share), seed: round });
          }
          const { result, traffic } = await world.watch(() => dashkeep.backup());
          task.add({
            tool: 'dashkeep',
            ...costOf(result),
            ...traffic,
            completeness: dashkeep.kept(await world.uids()),
            figures: {
              '% of the full backup’s time': (100 * result.seconds) / first.result.seconds,
              '% of its processor time': (100 * result.cpuSeconds) / first.result.cpuSeconds,
              '% of its bytes': (100 * traffic.readMB) / first.traffic.readMB,
              'requests per page of its lists': traffic.requests / pages,
            },
          });
        }
      }),
  };
}
