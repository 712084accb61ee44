import type { World } from '../servers/world.ts';
import type { Peer } from '../tools/peers.ts';
import { costOf, type Setup, type Task } from '../types.ts';

type Found = Parameters<Task['add']>[0];

/** One backup by somebody else's tool, with what is really in the bucket afterwards. */
export async function backupBy(peer: Peer, world: World): Promise<Found> {
  const uids = await world.uids();
  const { result, traffic } = await world.watch(() => peer.backup(world));
  const note = result.exit === 0 ? undefined : `exit code ${result.exit}`;
  return { tool: peer.name, ...costOf(result), ...traffic, completeness: peer.kept(world, uids), note };
}

/** The setup that slow tools are measured on. */
export function sampled({ setup, sample }: Task, peer?: Peer): Setup {
  const wanted = peer?.atMost ?? (sample || Infinity);
  if (wanted >= setup.dashboards) {
    return setup;
  }
  return { ...setup, dashboards: wanted, folders: Math.ceil((setup.folders * wanted) / setup.dashboards) };
}

/** Dashboards in the setup that shows what a tool needs before it reads any. */
export const FEW = 1;

/**
 * What a run on the whole would have cost, by a run on a sample and one on next to nothing: what comes with each
 * dashboard is multiplied, starting the tool is not. What was kept of the sample stays as it was counted.
 */
export function extrapolated(
  { setup }: Task,
  { dashboards }: Setup,
  found: Found,
  { base, reaches = Infinity }: { base?: Found; reaches?: number } = {},
): Found {
  if (dashboards === setup.dashboards) {
    return found;
  }
  const reached = Math.min(setup.dashboards, reaches);
  const at = (
    name: 'seconds' | 'cpuSeconds' | 'requests' | 'readMB' | 'bucketRequests' | 'serverCpuSeconds',
  ): number | undefined => {
    const [value, fixed] = [found[name], base?.[name] ?? 0];
    return value === undefined ? undefined : fixed + ((value - fixed) * reached) / dashboards;
  };
  return {
    ...found,
    seconds: at('seconds'),
    cpuSeconds: at('cpuSeconds'),
    requests: at('requests'),
    readMB: at('readMB'),
    bucketRequests: at('bucketRequests'),
    serverCpuSeconds: at('serverCpuSeconds'),
    scaledFrom: dashboards,
    note: reached < setup.dashboards ? `its list ends after ${reached}: the rest would be lost` : found.note,
  };
}
