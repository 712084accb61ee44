import type { World } from '../servers/world.ts';
import { within } from '../servers/within.ts';
import { count } from '../target/repository.ts';
import { bareRestore, type RestoreReads, type Write } from '../tools/bare-restore.ts';
import type { Read } from '../tools/bare.ts';
import { Dashkeep, KINDS } from '../tools/dashkeep.ts';
import { costOf, type Completeness, type Scenario, type Task } from '../types.ts';

/** Concurrent requests for bodies to the simulator. */
const PAGE = 500;
/** One dashboard, by its uid. */
const DASHBOARD = /\/(?:dashboards\/uid|dashboards)\/([^/]+)$/;

/** A restore after this number of dashboards were deleted; after everything was, when no number is given. */
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
            await measureBound(task, dashkeep);
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

async function measureBound(task: Task, dashkeep: Dashkeep): Promise<void> {
  const { world } = dashkeep;
  const { writes, back } = await requestsOf(world);
  await world.grafana.order('keepBodies', { on: false });
  const objects = world.bucket.keys().filter((key) => key.startsWith(`${dashkeep.prefix}/objects/`));
  const measure = async (tool: string, reads?: RestoreReads): Promise<void> => {
    const wipe = (): Promise<unknown> => world.grafana.order('wipe', {});
    const { seconds, cpuSeconds, tries } = await bareRestore(world, writes, wipe, reads);
    const requests = writes.length + (reads?.back.size ?? 0);
    task.add({ tool, seconds, cpuSeconds, requests, figures: tries });
  };
  await measure('bound');
  await measure('bound with reads', { objects, back });
}

/** What the last restore wrote, and how it read dashboards back. */
async function requestsOf(world: World): Promise<{ writes: Write[]; back: Map<string, Read> }> {
  const [writes, back]: [Write[], Map<string, Read>] = [[], new Map()];
  for (let from = 0; ; from += PAGE) {
    const { requests } = await world.grafana.order('requests', { from, count: PAGE });
    for (const { method, path, query, status, body } of requests.filter((one) => one.status < 300)) {
      if (body !== undefined) {
        writes.push({ method, path, query, body });
      }
      const uid = method === 'GET' && status === 200 ? DASHBOARD.exec(path)?.[1] : undefined;
      if (uid !== undefined) {
        back.set(decodeURIComponent(uid), { path, query });
      }
    }
    if (requests.length < PAGE) {
      return { writes, back };
    }
  }
}

function spread(uids: readonly string[], wanted: number): string[] {
  const step = uids.length / wanted;
  return Array.from({ length: Math.min(wanted, uids.length) }, (_, index) => uids[Math.floor(index * step)] ?? '');
}
