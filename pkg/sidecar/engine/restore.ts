import type { RestoreOptions, RestoreSelection } from '../../contract/api/restores.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { arrayAt, numberAt, parseJson, stringAt, type Json } from '../../contract/json.ts';
import type { ResourceRef } from '../../contract/kinds.ts';
import type { Manifest, ManifestEntry } from '../../contract/manifest.ts';
import { planRestore } from '../../engine/restore/plan.ts';
import type { Plan, PlanRequest, Selection } from '../../engine/restore/types.ts';
import type { Instance } from '../../grafana/instance.ts';
import { folderAndBelow } from '../repository/tree.ts';
import type { LiveDataSource, PlannedRestore } from '../work.ts';

/** How often what is missing may bring further things that are missing. */
const ROUNDS = 8;

/** What the engine calls a selection; single resources by name where a folder is meant. */
export function selectionOf(manifest: Manifest, selection: RestoreSelection): Selection {
  switch (selection.type) {
    case 'everything':
      return {};
    case 'kinds':
      return { kinds: selection.kinds };
    case 'resources':
      return { only: selection.resources };
    case 'folder':
      return { only: belowFolder(manifest, selection.org, selection.uid) };
  }
}

/** A folder with all that is in it or below it, and what belongs to those by having their uid: permissions, sharing. */
function belowFolder(manifest: Manifest, org: number, uid: string): ResourceRef[] {
  const ofOrg = manifest.resources.filter((entry) => entry.org === org);
  if (!ofOrg.some((entry) => entry.kind === 'folder' && entry.uid === uid)) {
    throw new DashkeepError(
      'DK_NOT_FOUND',
      `snapshot ${manifest.id} holds no folder '${uid.slice(0, 80)}' in org ${org}`,
    );
  }
  const folders = folderAndBelow(manifest, org, uid);
  const inside = ofOrg.filter(
    (entry) => folders.has(entry.folderUid ?? '') || (entry.kind === 'folder' && folders.has(entry.uid)),
  );
  const dashboards = new Set(inside.filter(({ kind }) => kind === 'dashboard').map((entry) => entry.uid));
  const beside = ofOrg.filter(
    ({ kind, uid: of }) =>
      (kind === 'folder-permissions' && folders.has(of)) ||
      ((kind === 'dashboard-permissions' || kind === 'public-dashboard') && dashboards.has(of)),
  );
  return [...new Set([...inside, ...beside])].map(({ kind, uid: of }) => ({ org, kind, uid: of }));
}

/** @throws DK_USAGE for what this release does not do: better than doing something else. */
export function assertSupported(options: RestoreOptions): void {
  if (options.deleteOthers === true) {
    throw new DashkeepError('DK_USAGE', 'deleting what the snapshot lacks is not supported by this release');
  }
  if (options.copy !== undefined) {
    throw new DashkeepError('DK_USAGE', 'restoring as copies is not supported by this release');
  }
  if (Object.keys(options.dataSources ?? {}).length > 0) {
    throw new DashkeepError('DK_USAGE', 'mapping data sources is not supported by this release');
  }
}

/** A plan; with its dependencies added when that is asked for, until nothing is missing that the snapshot holds. */
export async function planWithDependencies(
  request: Omit<PlanRequest, 'selection'>,
  selection: Selection,
  withDependencies: boolean,
): Promise<Plan> {
  let plan = await planRestore({ ...request, selection });
  for (let round = 1; withDependencies && round <= ROUNDS; round++) {
    const held = plan.missing.filter(({ inSnapshot }) => inSnapshot);
    if (held.length === 0) {
      break;
    }
    const chosen = [...plan.items, ...held].map(({ org, kind, uid }) => ({ org, kind, uid }));
    plan = await planRestore({ ...request, selection: { only: chosen } });
  }
  return plan;
}

/** What the plan lacks of data sources, with what fits them at the target. */
export async function dataSourceMatches(
  plan: Plan,
  request: Omit<PlanRequest, 'selection'>,
  live: readonly (LiveDataSource & { org: number })[],
): Promise<PlannedRestore['dataSources']> {
  const matches: PlannedRestore['dataSources'] = [];
  for (const { kind, uid, title, org, action } of plan.items) {
    if (kind === 'data-source' && (action === 'create' || action === 'update')) {
      const from = await describe(request, findEntry(request.manifest, { org, kind, uid }), {
        uid,
        name: title,
        type: '',
      });
      matches.push({ from, by: 'restored' });
    }
  }
  for (const { kind, uid, title, org } of plan.missing) {
    if (kind === 'data-source') {
      const from = await describe(request, findEntry(request.manifest, { org, kind, uid }), {
        uid,
        name: title,
        type: '',
      });
      const to = live.find((one) => one.org === org && one.name === from.name && one.type === from.type);
      matches.push(to === undefined ? { from, by: 'none' } : { from, to: plain(to), by: 'name' });
    }
  }
  return matches;
}

async function describe(
  { repository, signal }: Omit<PlanRequest, 'selection'>,
  entry: ManifestEntry | undefined,
  known: LiveDataSource,
): Promise<LiveDataSource> {
  if (entry === undefined) {
    return known;
  }
  const body = parseJson(await repository.getObject(entry.object, { signal }));
  return { uid: entry.uid, name: stringAt(body, 'name') ?? entry.title, type: stringAt(body, 'type') ?? '' };
}

function findEntry(manifest: Manifest, { org, kind, uid }: ResourceRef): ManifestEntry | undefined {
  return manifest.resources.find((entry) => entry.org === org && entry.kind === kind && entry.uid === uid);
}

export async function liveDataSources(
  instance: Instance,
  signal: AbortSignal,
): Promise<(LiveDataSource & { org: number })[]> {
  const found: (LiveDataSource & { org: number })[] = [];
  for (const org of instance.orgs) {
    const answer: Json = await org.client.get('/api/datasources', { signal });
    for (const one of Array.isArray(answer) ? answer : []) {
      const uid = stringAt(one, 'uid');
      if (uid !== undefined) {
        found.push({ org: org.id, uid, name: stringAt(one, 'name') ?? uid, type: stringAt(one, 'type') ?? '' });
      }
    }
  }
  return found;
}

export function plain({ uid, name, type }: LiveDataSource): LiveDataSource {
  return { uid, name, type };
}

/** A stored dashboard as the text that "Import dashboard" takes: without what names one installation. */
export function importableDashboard(entry: ManifestEntry, body: Json): Json | undefined {
  if (entry.kind !== 'dashboard' || typeof body !== 'object' || body === null || Array.isArray(body)) {
    return undefined;
  }
  // Classic dashboards lie there as they are, or below `dashboard` or `spec`; those of version 2 are whole objects.
  const object = body as { [key: string]: Json };
  if (stringAt(object, 'apiVersion')?.includes('/v2') === true) {
    return object;
  }
  const spec = object['dashboard'] ?? object['spec'] ?? object;
  if (arrayAt(spec, 'elements') !== undefined || numberAt(spec, 'schemaVersion') === undefined) {
    return spec;
  }
  return { ...(spec as { [key: string]: Json }), uid: entry.uid };
}
