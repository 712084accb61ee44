import { bareBackup, oneByOne, oneByOneKept, readsOf } from '../tools/bare.ts';
import { Dashkeep } from '../tools/dashkeep.ts';
import { PEERS, type Peer } from '../tools/peers.ts';
import { count } from '../target/repository.ts';
import { within, type World } from '../servers/world.ts';
import { costOf, type Scenario, type Setup, type Task } from '../types.ts';

export const full: Scenario = {
  title: 'Full backup into an empty bucket',
  async run(task) {
    if (['dashkeep', 'bound'].some((tool) => task.wants(tool))) {
      await within(task.setup, (world) => ours(task, world));
    }
    if (task.wants('one by one')) {
      await within(sampled(task), (world) => classic(task, world));
    }
    for (const peer of PEERS.filter(({ name }) => task.wants(name))) {
      await measurePeer(task, peer);
    }
  },
};

/** The dashboards of the world, as they should be kept. */
export async function uidsIn(world: World): Promise<string[]> {
  return Object.keys(await world.grafana.order('contents', {}));
}

async function ours(task: Task, world: World): Promise<void> {
  const uids = await uidsIn(world);
  for (let round = 1; round <= task.repeat; round++) {
    const dashkeep = new Dashkeep(world, `full-${round}`);
    const { result, traffic } = await world.watch(() => dashkeep.backup());
    task.add({ tool: 'dashkeep', ...costOf(result), ...traffic, completeness: dashkeep.kept(uids) });
    if (task.wants('bound') && round === task.repeat) {
      const reads = await readsOf(world);
      const files = world.bucket.keys().filter((key) => key.startsWith(`${dashkeep.prefix}/`));
      const { seconds, cpuSeconds, tries } = await bareBackup(world, reads, files);
      task.add({ tool: 'bound', seconds, cpuSeconds, requests: reads.length, figures: tries });
    }
  }
}

async function classic(task: Task, world: World): Promise<void> {
  const uids = await uidsIn(world);
  const { result, traffic } = await world.watch(() => oneByOne(world));
  const completeness = count(uids, (uid) => oneByOneKept(world, uid));
  task.add(extrapolated(task, world.setup, { tool: 'one by one', ...result, ...traffic, completeness }));
}

async function measurePeer(task: Task, peer: Peer): Promise<void> {
  if (peer.missing !== undefined) {
    task.add({ tool: peer.name, note: `not run: ${peer.missing}` });
    return;
  }
  const setup = sampled(task, peer);
  const found = await within(setup, (world) => backupBy(peer, world));
  const small = { ...setup, dashboards: FEW, folders: 1 };
  const base = setup === task.setup ? undefined : await within(small, (world) => backupBy(peer, world));
  task.add(extrapolated(task, setup, found, base));
}

type Found = Parameters<Task['add']>[0];

/** One backup by somebody else's tool, with what is really in the bucket afterwards. */
export async function backupBy(peer: Peer, world: World): Promise<Found> {
  const uids = await uidsIn(world);
  const { result, traffic } = await world.watch(() => peer.backup(world));
  const note = result.exit === 0 ? undefined : `exit code ${result.exit}`;
  return { tool: peer.name, ...costOf(result), ...traffic, completeness: peer.kept(world, uids), note };
}

/** The setup that slow tools are measured on. */
export function sampled({ setup, sample }: Task, peer?: Peer): Setup {
  const wanted = Math.min(sample || Infinity, peer?.atMost ?? Infinity);
  if (wanted >= setup.dashboards) {
    return setup;
  }
  return { ...setup, dashboards: wanted, folders: Math.ceil((setup.folders * wanted) / setup.dashboards) };
}

/** Dashboards of the world that tells what a tool needs before it reads any. */
const FEW = 1;

/**
 * What a run on the whole would have cost, by a run on a sample and one on next to nothing: what comes with each
 * dashboard is multiplied, starting the tool is not. What was kept of the sample stays as it was counted.
 */
function extrapolated({ setup }: Task, { dashboards }: Setup, found: Found, base?: Found): Found {
  if (dashboards === setup.dashboards) {
    return found;
  }
  const at = (name: 'seconds' | 'cpuSeconds' | 'requests' | 'readMiB' | 'bucketRequests'): number | undefined => {
    const [value, fixed] = [found[name], base?.[name] ?? 0];
    return value === undefined ? undefined : fixed + ((value - fixed) * setup.dashboards) / dashboards;
  };
  return {
    ...found,
    seconds: at('seconds'),
    cpuSeconds: at('cpuSeconds'),
    requests: at('requests'),
    readMiB: at('readMiB'),
    bucketRequests: at('bucketRequests'),
    scaledFrom: dashboards,
  };
}
