import type { DashkeepError } from '../../../contract/errors.ts';
import type { KindName, ResourceRef } from '../../../contract/kinds.ts';
import type { ManifestEntry } from '../../../contract/manifest.ts';
import type { PlanAction } from '../../../contract/plan.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { because, type Reason } from '../../../contract/reasons/reason.ts';
import type { Org } from '../../../grafana/instance.ts';
import type { Forecast, WriteContext } from '../../../grafana/kinds/kind.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { groupBy } from '../../../lib/group-by.ts';
import type { ProgressCounter } from '../../progress.ts';
import { missingLogins } from '../access/missing-accounts.ts';
import type { PlannedMemberships } from '../access/memberships.ts';
import type { OpenedPlaces } from '../access/opened-places.ts';
import type { DataSourceMap } from '../mapping/data-source-map.ts';
import type { Dependencies } from './dependencies.ts';
import { keyOf } from '../target.ts';
import type { EarlierRestores } from './earlier-restores.ts';
import type { Promotion } from './promotion.ts';
import type { Parts, Plan, PlannedItem, PlanRequest, Mapping } from '../types.ts';

/** What belongs to one making of a plan. */
export interface Planning {
  request: PlanRequest;
  /** One memory of what is live in an organization, for all kinds. */
  contextIn(org: Org): WriteContext;
  mapping: Mapping;
  dataSources: DataSourceMap;
  dependencies: Dependencies;
  /** Who manages what, by key of the target: the permissions of a resource are planned after it. */
  managers: Map<string, string>;
  earlier: EarlierRestores;
  /** Set when only what earlier migrations left may be overwritten. */
  promotion?: Promotion;
  places: OpenedPlaces;
  memberships: PlannedMemberships;
  /** Fingerprint of what is live, by key of the target, as far as it is planned. */
  live: Map<string, string>;
  /** What is live as the snapshot has it, by key of the target, as far as it is planned. */
  unchanged: Set<string>;
  /** What was deleted and created again since the last backup, by key of the target. */
  recreated: Set<string>;
  /** What is missing and will be made, by key of the target. */
  created: Set<string>;
  /** Dashboards that Grafana deletes or replaces when something is written, by key of its target. */
  deletes: Map<string, Forecast['deletes']>;
  /** What nobody named, but belongs to what somebody did. */
  along: ReadonlySet<ManifestEntry>;
  /** Entries of which only parts are restored. */
  parts: Parts;
  /** The first refusal of Grafana to show something to these credentials. */
  refused?: DashkeepError;
  progress: ProgressCounter;
}

/** Whether a body is read only when it is written. */
export function isDeferred(request: PlanRequest, kind: KindName, live: unknown): boolean {
  return live === undefined && request.deferBodies === true && kindOf(kind).readsLate === true;
}

/** Whether a person named the kind, or a resource of it. */
export function isNamed({ selection }: PlanRequest, kind: KindName): boolean {
  const { kinds, only = [], also = [] } = selection;
  return kinds?.includes(kind) === true || [...only, ...also].some((one) => one.kind === kind);
}

/** Who manages what, as the snapshot says it; what is live says it better, where it is looked at. */
export function managersOf({ manifest }: PlanRequest, mapping: Mapping): Map<string, string> {
  const managers = new Map<string, string>();
  for (const entry of manifest.resources) {
    const manager = managerOf(entry);
    if (manager !== undefined) {
      managers.set(keyOf({ org: mapping.orgOf(entry), kind: entry.kind, uid: mapping.knownAs(entry) }), manager);
    }
  }
  return managers;
}

/** Who manages it, if somebody does. Provenance `api` only says that a program wrote it once. */
export function managerOf(content: Pick<Content, 'managedBy' | 'provenance'>): string | undefined {
  const { managedBy, provenance } = content;
  if (managedBy !== undefined) {
    return managedBy.id === undefined ? managedBy.manager : `${managedBy.manager} (${managedBy.id})`;
  }
  return provenance === undefined || provenance === '' || provenance === 'api' ? undefined : provenance;
}

/**
 * Who manages the owner of something, and so that, too. Files that Grafana provisions have no permissions: people set
 * those.
 */
export function ownersManagerOf({ managers }: Planning, owner: ResourceRef, isThere: boolean): string | undefined {
  const manager = managers.get(keyOf(owner));
  return isThere && manager !== undefined && /^(classic-file-provisioning|file)\b/.test(manager) ? undefined : manager;
}

/** How many titles a warning names. */
const NAMED = 5;

/** What a person has to know about a plan as a whole before applying it. */
export function planWarnings({
  snapshot,
  items,
  keptRoles = [],
}: Pick<Plan, 'snapshot' | 'items' | 'keptRoles'>): KnownReason[] {
  return [
    ...notRead(items),
    ...changedBack({ items }),
    ...accountsFirst(snapshot, items),
    ...keptWider({ items }),
    ...keptRoles.map(({ login, orgs }) => reason('undo-keeps-admin', { login, orgs: orgs.join(', ') })),
  ];
}

/** How many of them Grafana did not show: nothing is known of those, and nothing is written. */
function notRead(items: Plan['items']): KnownReason[] {
  const count = items.filter(({ code }) => code === ('live-unreadable' satisfies KnownReason['code'])).length;
  return count === 0 ? [] : [reason('plan-unread', { count: String(count), all: String(items.length) })];
}

/** That somebody's permissions are kept, although they open more than those in the snapshot. */
export function keptWider({ items }: Pick<Plan, 'items'>): KnownReason[] {
  const wider = items.filter(({ code }) => code === 'kept-wider');
  return wider.length === 0
    ? []
    : [reason('plan-keeps-wider', { number: String(wider.length), titles: titlesOf(wider) })];
}

function titlesOf(items: Plan['items']): string {
  const titles = items.slice(0, NAMED).map(({ title, uid }) => title || uid);
  return `${titles.join(', ')}${items.length > NAMED ? ', …' : ''}`;
}

/** Which accounts to create before teams and permissions that lack them can be restored completely. */
function accountsFirst(snapshot: string, items: Plan['items']): KnownReason[] {
  const named = items.flatMap(({ code, params, lost = [], targetUid }) =>
    code === 'accounts-missing'
      ? (params['logins'] ?? '').split(', ')
      : // Restoring again does not complete a copy.
        targetUid === undefined
        ? [...missingLogins(lost)]
        : [],
  );
  const logins = [...new Set(named)].sort();
  const more = logins.length > NAMED ? ', …' : '';
  const command = `dashkeep restore ${snapshot} --kinds user`;
  return logins.length === 0
    ? []
    : [reason('accounts-first', { logins: `${logins.slice(0, NAMED).join(', ')}${more}`, command })];
}

/** Warnings about updates that others may change back, one for each manager that Grafana names. */
function changedBack({ items }: Pick<Plan, 'items'>): KnownReason[] {
  const managed = groupBy(items, ({ manager }) => manager);
  return [...managed].flatMap(([manager, all]) => {
    if (manager === undefined) {
      return [];
    }
    const params = { titles: titlesOf(all) };
    return manager === 'api'
      ? reason('plan-changes-api', params)
      : reason('plan-changes-managed', { manager, ...params });
  });
}

/** An item as the snapshot holds it. */
export function itemOf(entry: ManifestEntry, action: PlanAction, why: Reason): PlannedItem {
  const { org, kind, uid, title, folder } = entry;
  return { org, kind, uid, title, folder, action, ...because(why), losses: [], security: [], entry };
}
