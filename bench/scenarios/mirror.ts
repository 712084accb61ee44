import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PART } from '../../pkg/engine/export/directory.ts';
import { startGitServer, type GitServer } from '../../tests/support/servers/git-server.ts';
import { cpuOf } from '../measure/process.ts';
import { median } from '../measure/statistics.ts';
import { within } from '../servers/within.ts';
import type { World } from '../servers/world.ts';
import { Dashkeep } from '../tools/dashkeep.ts';
import { Service } from '../tools/service.ts';
import type { Scenario } from '../types.ts';

const BACKUPS = 1000;
/** Enough for a median at the start and at the end. */
const SOME = 100;
const DASHBOARDS = 50;

/** A thousand backups, before each of which one dashboard was edited, each mirrored to Git. */
export const mirror: Scenario = {
  title: `Git mirror of ${BACKUPS.toLocaleString('en')} backups, one edited dashboard each`,
  run: (task) =>
    within({ ...task.setup, dashboards: DASHBOARDS, folders: 3 }, async (world) => {
      const setup = { dashboards: DASHBOARDS, folders: 3 };
      const by = '% of the processor time without a mirror';
      const compare = (which: string, backups: readonly Cost[], plain: Cost): void => {
        const cost = costOf(backups);
        const figures = { [by]: (100 * cost.cpuSeconds) / plain.cpuSeconds };
        task.add({ ...setup, tool: `the ${which} ${SOME} with one`, ...cost, figures });
      };
      const early = costOf((await edited(world, 'plain', {}, { after: 0, count: SOME })).backups);
      task.add({ ...setup, tool: `the first ${SOME} without a mirror`, ...early });
      await mkdir(join(world.directory, 'git'));
      const server = await startGitServer(join(world.directory, 'git'));
      try {
        const settings = { DASHKEEP_GIT_URL: server.url };
        const { backups, edits } = await edited(world, 'mirrored', settings, { after: SOME, count: BACKUPS });
        compare('first', backups.slice(0, SOME), early);
        // A long history costs a backup something with or without a mirror.
        const late = costOf((await edited(world, 'mirrored', {}, { after: SOME + BACKUPS, count: SOME })).backups);
        compare('last', backups.slice(-SOME), late);
        task.add({ ...setup, tool: `the next ${SOME} without one`, ...late });
        task.add({ ...setup, tool: 'the mirror', figures: await figuresOf(server, edits) });
      } finally {
        await server.close();
      }
    }),
};

interface Cost {
  seconds: number;
  cpuSeconds: number;
}

/** The median of the time, and the mean of the processor time, which is counted in steps of 10 ms. */
function costOf(backups: readonly Cost[]): Cost {
  return {
    seconds: median(backups.map(({ seconds }) => seconds)),
    cpuSeconds: backups.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / backups.length,
  };
}

/** What each backup costs in a service that keeps running, and how often each dashboard was edited. */
async function edited(
  world: World,
  prefix: string,
  settings: Record<string, string>,
  { after, count }: { after: number; count: number },
): Promise<{ backups: Cost[]; edits: Map<string, number> }> {
  const state = join(world.directory, `${prefix}-state`);
  const environment = { DASHKEEP_STATE_DIR: state, DASHKEEP_KINDS: 'folder,dashboard', ...settings };
  const service = await Service.start(new Dashkeep(world, prefix, environment));
  const backups: Cost[] = [];
  const edits = new Map<string, number>();
  try {
    await service.backup();
    // An edit differs from that of any other service here.
    for (let seed = after + 1; seed <= after + count; seed++) {
      for (const uid of (await world.grafana.order('touch', { count: 1, seed })).dashboards) {
        edits.set(uid, (edits.get(uid) ?? 0) + 1);
      }
      const [started, used] = [performance.now(), cpuOf(service.pid)];
      await service.backup();
      backups.push({ seconds: (performance.now() - started) / 1000, cpuSeconds: cpuOf(service.pid) - used });
    }
  } finally {
    await service.stop();
  }
  return { backups, edits };
}

/** What a Git server has in the end, after its usual upkeep. */
async function figuresOf({ git }: GitServer, edits: ReadonlyMap<string, number>): Promise<Record<string, number>> {
  const problems = await git('fsck', '--full', '--strict');
  await git('gc', '--quiet');
  const sizes = (await git('ls-tree', '-r', '-l', 'main')).split('\n').map((line) => Number(line.split(/\s+/)[3]));
  const tree = sizes.reduce((sum, size) => sum + size, 0) / 1e6;
  const packed = Number(/size-pack: (\d+)/.exec(await git('count-objects', '-v'))?.[1] ?? 0) / 1000;
  return {
    commits: Number(await git('rev-list', '--count', 'main')),
    ...(await storiesOf(git, edits)),
    'problems that git fsck finds': problems === '' ? 0 : problems.split('\n').length,
    'MB of all commits': packed,
    'MB of one checkout': tree,
    '% of one checkout': (100 * packed) / tree,
  };
}

/** Compares the commits of each dashboard, the first of which creates it, with its edits. */
async function storiesOf(git: GitServer['git'], edits: ReadonlyMap<string, number>): Promise<Record<string, number>> {
  const figures = { 'dashboards with another git log than their edits': 0, 'the same with --follow': 0 };
  for (const path of (await git('ls-tree', '-r', '-z', '--name-only', 'main')).split('\0')) {
    if (!path.includes('/dashboards/') || path.endsWith(PART)) {
      continue;
    }
    const { uid, metadata } = JSON.parse(await git('show', `main:${path}`)) as {
      uid?: string;
      metadata?: { name: string };
    };
    const expected = 1 + (edits.get(uid ?? metadata?.name ?? '') ?? 0);
    const commits = async (...follow: string[]): Promise<number> =>
      (await git('log', ...follow, '--format=%h', 'main', '--', path)).split('\n').length;
    figures['dashboards with another git log than their edits'] += Number((await commits()) !== expected);
    figures['the same with --follow'] += Number((await commits('--follow')) !== expected);
  }
  return figures;
}
