import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startGitServer, type GitServer } from '../../tests/support/git-server.ts';
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
      const without = median(await seconds(world, 'plain', {}, SOME));
      task.add({ ...setup, tool: 'backup without a mirror', seconds: without });
      await mkdir(join(world.directory, 'git'));
      const server = await startGitServer(join(world.directory, 'git'));
      try {
        const all = await seconds(world, 'mirrored', { DASHKEEP_GIT_URL: server.url }, BACKUPS);
        const [first, last] = [all.slice(0, SOME), all.slice(-SOME)].map(median) as [number, number];
        const by = '% of the time without a mirror';
        task.add({
          ...setup,
          tool: `the first ${SOME} with one`,
          seconds: first,
          figures: { [by]: (100 * first) / without },
        });
        task.add({
          ...setup,
          tool: `the last ${SOME} with one`,
          seconds: last,
          figures: { [by]: (100 * last) / without },
        });
        task.add({ ...setup, tool: 'the mirror', figures: await figuresOf(server) });
      } finally {
        await server.close();
      }
    }),
};

/** How long each backup takes in a service that keeps running. */
async function seconds(
  world: World,
  prefix: string,
  settings: Record<string, string>,
  backups: number,
): Promise<number[]> {
  const state = join(world.directory, `${prefix}-state`);
  const environment = { DASHKEEP_STATE_DIR: state, DASHKEEP_KINDS: 'folder,dashboard', ...settings };
  const service = await Service.start(new Dashkeep(world, prefix, environment));
  const times: number[] = [];
  try {
    await service.backup();
    for (let seed = 1; seed <= backups; seed++) {
      // An edit differs from that of any other service here.
      await world.grafana.order('touch', { count: 1, seed: seed + Object.keys(settings).length * BACKUPS });
      const started = performance.now();
      await service.backup();
      times.push((performance.now() - started) / 1000);
    }
  } finally {
    await service.stop();
  }
  return times;
}

/** What a Git server has in the end, after its usual upkeep. */
async function figuresOf({ git }: GitServer): Promise<Record<string, number>> {
  const problems = await git('fsck', '--full', '--strict');
  await git('gc', '--quiet');
  const sizes = (await git('ls-tree', '-r', '-l', 'main')).split('\n').map((line) => Number(line.split(/\s+/)[3]));
  const tree = sizes.reduce((sum, size) => sum + size, 0) / 1e6;
  const paths = (await git('ls-tree', '-r', '-z', '--name-only', 'main')).split('\0');
  const dashboard = paths.find((path) => path.includes('/dashboards/')) ?? '';
  const story = await git('log', '--follow', '--format=%h', 'main', '--', dashboard);
  const packed = Number(/size-pack: (\d+)/.exec(await git('count-objects', '-v'))?.[1] ?? 0) / 1000;
  return {
    commits: Number(await git('rev-list', '--count', 'main')),
    'commits of one dashboard in git log --follow': story.split('\n').length,
    'problems that git fsck finds': problems === '' ? 0 : problems.split('\n').length,
    'MB of all commits': packed,
    'MB of one checkout': tree,
    '% of one checkout': (100 * packed) / tree,
  };
}
