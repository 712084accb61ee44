import { compact } from '../../contract/compact.ts';
import { append } from '../../lib/append.ts';
import type { RestoreOptions, RestoreSelection } from '../../contract/api/restores.ts';
import type { KindName, ResourceRef } from '../../contract/kinds.ts';
import { stringAt, type Json } from '../../lib/json/json.ts';
import { planRestore } from '../../engine/restore/plan/plan.ts';
import type { Plan, PlanRequest, RestoreOptions as EngineOptions, Selection } from '../../engine/restore/types.ts';
import type { Instance } from '../../grafana/instance.ts';

export interface LiveDataSource {
  uid: string;
  name: string;
  type: string;
}

/** How often what is missing may bring further things that are missing. */
const ROUNDS = 8;

/** What the engine calls a selection. */
export function selectionOf(selection: Exclude<RestoreSelection, { type: 'lost' }>): Selection {
  switch (selection.type) {
    case 'everything':
      return {};
    case 'kinds':
      return { kinds: selection.kinds };
    case 'resources':
      return { only: selection.resources };
    case 'folder':
      return { folders: [{ org: selection.org, uid: selection.uid }] };
  }
}

/** What the engine calls options. */
export function optionsOf(options: RestoreOptions): EngineOptions {
  const { overwrite, includeManaged, keepSecrets, deleteExtra, copy, dataSources, to } = options;
  return compact({
    overwrite: overwrite === true,
    includeManaged: includeManaged === true,
    deleteExtra: deleteExtra === true,
    keepSecrets: keepSecrets === true,
    copy,
    dataSources: dataSources === undefined ? undefined : new Map(Object.entries(dataSources)),
    ...(to?.promote === true ? { promote: true as const } : {}),
    ...(to?.newUids === true ? { newUids: true as const } : {}),
    pauseRules: to?.pauseRules,
    replace:
      to?.replace &&
      new Map(Object.entries(to.replace).map(([kind, uids]) => [kind as KindName, new Map(Object.entries(uids))])),
  });
}

/** A plan; with its dependencies added when that is asked for, until nothing is missing that the snapshot holds. */
export async function planWithDependencies(
  request: Omit<PlanRequest, 'selection'>,
  selection: Selection,
  withDependencies: boolean,
): Promise<Plan> {
  const also: ResourceRef[] = [];
  let plan = await planRestore({ ...request, selection });
  for (let round = 1; withDependencies && round <= ROUNDS; round++) {
    const held = plan.missing.filter(({ inSnapshot }) => inSnapshot);
    if (held.length === 0) {
      break;
    }
    append(
      also,
      held.map(({ org, kind, uid }) => ({ org, kind, uid })),
    );
    plan = await planRestore({ ...request, selection: { ...selection, also } });
  }
  return plan;
}

/**
 * The data sources of all organizations of an instance.
 * @throws what Grafana's client throws
 */
export async function liveDataSources(instance: Instance, signal: AbortSignal): Promise<LiveDataSource[]> {
  const found: LiveDataSource[] = [];
  for (const org of instance.orgs) {
    const answer: Json = await org.client.get('/api/datasources', { signal });
    for (const one of Array.isArray(answer) ? answer : []) {
      const uid = stringAt(one, 'uid');
      if (uid !== undefined) {
        found.push({ uid, name: stringAt(one, 'name') ?? uid, type: stringAt(one, 'type') ?? '' });
      }
    }
  }
  return found;
}
