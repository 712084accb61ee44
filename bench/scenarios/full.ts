import { bareBackup, bareWork, oneByOne, oneByOneKept, readsOf } from '../tools/bare.ts';
import { Dashkeep, HELD_TO_EIGHT } from '../tools/dashkeep.ts';
import { PEERS, type Peer } from '../tools/peers.ts';
import { count } from '../target/repository.ts';
import type { World } from '../servers/world.ts';
import { within } from '../servers/within.ts';
import { costOf, type Scenario, type Task } from '../types.ts';
import { backupBy, extrapolated, FEW, sampled } from './other-tools.ts';

export const full: Scenario = {
  title: 'Full backup into an empty bucket',
  async run(task) {
    if (['dashkeep', 'bound'].some((tool) => task.wants(tool))) {
      await within(task.setup, (world) => ours(task, world));
    }
    if (task.wants('sequential requests')) {
      await within(sampled(task), (world) => classic(task, world));
    }
    for (const peer of PEERS.filter(({ name }) => task.wants(name))) {
      await measurePeer(task, peer);
    }
  },
};

async function ours(task: Task, world: World): Promise<void> {
  const uids = await world.uids();
  for (let round = 1; round <= task.repeat; round++) {
    const dashkeep = new Dashkeep(world, `full-${round}`);
    const { result, traffic } = await world.watch(() => dashkeep.backup());
    task.add({ tool: 'dashkeep', ...costOf(result), ...traffic, completeness: dashkeep.kept(uids) });
    if (task.wants('bound')) {
      await heldToEight(task, world, `held-${round}`, uids);
    }
    if (task.wants('bound') && round === task.repeat) {
      const reads = await readsOf(world);
      const files = world.bucket.keys().filter((key) => key.startsWith(`${dashkeep.prefix}/`));
      const { seconds, cpuSeconds, tries } = await bareBackup(world, reads, files);
      task.add({ tool: 'bound', seconds, cpuSeconds, requests: reads.length, figures: tries });
      const work = await bareWork(world, reads);
      task.add({
        tool: 'bound with processing',
        seconds: work.seconds,
        cpuSeconds: work.cpuSeconds,
        requests: reads.length,
        figures: work.tries,
      });
    }
  }
}

/** The same with the concurrency of the lower bound in its first try. */
async function heldToEight(task: Task, world: World, prefix: string, uids: readonly string[]): Promise<void> {
  const dashkeep = new Dashkeep(world, prefix, { DASHKEEP_GRAFANA_CONCURRENCY: '8' });
  const { result, traffic } = await world.watch(() => dashkeep.backup());
  task.add({ tool: HELD_TO_EIGHT, ...costOf(result), ...traffic, completeness: dashkeep.kept(uids) });
}

async function classic(task: Task, world: World): Promise<void> {
  const uids = await world.uids();
  const { result, traffic } = await world.watch(() => oneByOne(world));
  const completeness = count(uids, (uid) => oneByOneKept(world, uid));
  task.add(extrapolated(task, world.setup, { tool: 'sequential requests', ...result, ...traffic, completeness }));
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
  task.add(extrapolated(task, setup, found, { base, reaches: peer.reaches }));
}
