import { setTimeout as wait } from 'node:timers/promises';
import type { Load } from '../../tests/support/grafana/http/load.ts';
import { foreground } from '../measure/foreground.ts';
import type { Measured } from '../measure/process.ts';
import { percentile } from '../measure/statistics.ts';
import type { World } from '../servers/world.ts';
import { within } from '../servers/within.ts';
import { Dashkeep } from '../tools/dashkeep.ts';
import { PEERS } from '../tools/peers.ts';
import { costOf, type Completeness, type Scenario, type Task } from '../types.ts';
import { sampled } from './other-tools.ts';

/** A small Grafana: four concurrent requests take 10 ms each, longer where the answer is big. */
const SMALL: Load = { workers: 4, serviceMs: 10, serviceMsPerMiB: 30 };
/** How long the user is alone at first, in milliseconds. */
const ALONE_MS = 8000;

export const gentle: Scenario = {
  title: 'Latency of a user’s requests while a backup runs on a small Grafana (4 workers)',
  async run(task) {
    if (task.wants('dashkeep')) {
      for (let round = 1; round <= task.repeat; round++) {
        await within(task.setup, async (world) => {
          const dashkeep = new Dashkeep(world);
          await measureUser(
            task,
            world,
            'dashkeep',
            (uids) => dashkeep.kept(uids),
            () => dashkeep.backup(),
          );
        });
      }
    }
    for (const peer of PEERS.filter(({ name, missing }) => task.wants(name) && missing === undefined)) {
      await within(sampled(task, peer), (world) =>
        measureUser(
          task,
          world,
          peer.name,
          (uids) => peer.kept(world, uids),
          () => peer.backup(world),
        ),
      );
    }
  },
};

async function measureUser(
  task: Task,
  world: World,
  tool: string,
  kept: (uids: readonly string[]) => Completeness,
  backup: () => Promise<Measured>,
): Promise<void> {
  const uids = await world.uids();
  await world.load(SMALL);
  const paths = pages(uids);
  const user = <T>(work: () => Promise<T>): Promise<{ result: T; times: number[] }> =>
    foreground(world.grafana.url, world.grafana.token, paths, work);
  await user(() => wait(1000));
  const alone = await user(() => wait(ALONE_MS));
  const during = await user(backup);
  const at = (share: number): [number, number] => [percentile(alone.times, share), percentile(during.times, share)];
  const [[p50, p50During], [p95, p95During]] = [at(0.5), at(0.95)];
  task.add({
    ...world.setup,
    tool,
    ...costOf(during.result),
    completeness: kept(uids),
    figures: {
      'p50 alone (ms)': p50,
      'p50 during (ms)': p50During,
      'p95 alone (ms)': p95,
      'p95 during (ms)': p95During,
      'p95 ratio': p95During / p95,
    },
  });
}

/** What opening pages asks for. */
function pages(uids: readonly string[]): string[] {
  const read = (index: number): string => `/api/dashboards/uid/${uids[index % uids.length]}`;
  return ['/api/health', '/api/search?limit=50', read(3), '/api/folders?limit=50', read(17), '/api/org', read(42)];
}
