import { within, type World } from '../servers/world.ts';
import { count } from '../target/repository.ts';
import { bareRestore, type Write } from '../tools/bare.ts';
import { Dashkeep, KINDS } from '../tools/dashkeep.ts';
import { costOf, type Completeness, type Scenario, type Task } from '../types.ts';

/** Requests whose bodies are fetched from the simulator at once. */
const PAGE = 500;

/** A restore after so many dashboards were deleted; after everything was, when no number is given. */
export function restore(title: string, lost?: number): Scenario {
  return {
    title,
    run: (task) =>
      within(task.setup, async (world) => {
        const dashkeep = new Dashkeep(world);
        await dashkeep.prepare();
        const before = await world.grafana.order('contents', {});
        const gone = lost === undefined ? Object.keys(before) : spread(Object.keys(before), lost);
        for (let round = 1; round <= task.repeat; round++) {
          await lose(world, lost === undefined ? undefined : gone);
          const last = round === task.repeat && lost === undefined && task.wants('bound');
          await world.grafana.order('keepBodies', { on: last });
          const { result, traffic } = await world.watch(() => run(dashkeep, lost === 1 ? gone : []));
          const after = await world.grafana.order('contents', {});
          task.add({
            tool: 'dashkeep',
            ...costOf(result),
            ...traffic,
            completeness: compared(gone, before, after),
            note: result.exit === 0 ? undefined : `ended with ${result.exit}`,
          });
          if (last) {
            await measureBound(task, world);
          }
        }
      }),
  };
}

function run(dashkeep: Dashkeep, only: readonly string[]): ReturnType<Dashkeep['run']> {
  const selection = only.length > 0 ? only.flatMap((uid) => ['--only', `dashboard/${uid}`]) : KINDS;
  return dashkeep.run('restore', 'latest', '--apply', '--no-safety-snapshot', ...selection);
}

/** Deletes these dashboards, or everything there is. */
async function lose(world: World, uids: readonly string[] | undefined): Promise<void> {
  if (uids === undefined) {
    await world.grafana.order('wipe', {});
    return;
  }
  await world.meanwhile(async () => {
    for (const uid of uids) {
      await world.call('DELETE', `/api/dashboards/uid/${uid}`);
    }
  });
}

/** Stored is what Grafana holds again with the same content as before. */
function compared(
  uids: readonly string[],
  before: Record<string, string>,
  after: Record<string, string>,
): Completeness {
  return count(uids, (uid) => after[uid] !== undefined && after[uid] === before[uid]);
}

async function measureBound(task: Task, world: World): Promise<void> {
  const writes = await writesOf(world);
  await world.grafana.order('keepBodies', { on: false });
  const { seconds, cpuSeconds, tries } = await bareRestore(world, writes, () => world.grafana.order('wipe', {}));
  task.add({ tool: 'bound', seconds, cpuSeconds, requests: writes.length, figures: tries });
}

async function writesOf(world: World): Promise<Write[]> {
  const writes: Write[] = [];
  for (let from = 0; ; from += PAGE) {
    const { requests } = await world.grafana.order('requests', { from, count: PAGE });
    for (const { method, path, query, status, body } of requests) {
      if (body !== undefined && status < 300) {
        writes.push({ method, path, query, body });
      }
    }
    if (requests.length < PAGE) {
      return writes;
    }
  }
}

function spread(uids: readonly string[], wanted: number): string[] {
  const step = uids.length / wanted;
  return Array.from({ length: Math.min(wanted, uids.length) }, (_, index) => uids[Math.floor(index * step)] ?? '');
}
