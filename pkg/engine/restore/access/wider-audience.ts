import type { KindName } from '../../../contract/kinds.ts';
import type { ManifestEntry } from '../../../contract/manifest.ts';
import type { SecurityChange } from '../../../contract/plan.ts';
import { gainsBetween, joinGrants, type Gain, type Grants } from '../../../grafana/kinds/access/permissions/grants.ts';
import { ROLES } from '../../../grafana/kinds/access/user/memberships.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { securityChange } from '../../../grafana/kinds/security/change.ts';
import { objectAt, stringAt } from '../../../lib/json/json.ts';
import { keyOf, targetOf } from '../target.ts';
import type { PlannedItem } from '../types.ts';
import { grantsAlong, NO_GRANTS } from './access.ts';
import type { LiveAccess } from './live-access.ts';
import { namedGains } from './named-gains.ts';
import type { PlannedAccess } from './planned-access.ts';
import type { ReplacedTeams } from './replaced-teams.ts';
import type { StoredAccess } from './stored-access.ts';

/** Kinds whose content is for those who may see their folder. */
const SEEN: ReadonlySet<KindName> = new Set(['dashboard', 'library-panel', 'alert-rule-group']);

/** Whether writing over something of a kind can show its content to people. */
export function isSeen(kind: KindName): boolean {
  return SEEN.has(kind);
}

/** What a look at an audience needs to know of one organization. */
interface Sources {
  stored: StoredAccess;
  live: LiveAccess;
  planned: PlannedAccess;
  teams: ReplacedTeams;
}

/**
 * Who sees what is written over something, and did not when the snapshot was taken.
 * @param to - the folder where it will be.
 * @param asked - how many dashboards are asked about.
 */
export async function audienceChanges(
  sources: Sources,
  item: PlannedItem,
  to: string,
  asked: number,
  what: 'dashboard' | 'annotations' = 'dashboard',
): Promise<SecurityChange[]> {
  const [shared, gains] = await Promise.all([newlyShared(sources, item, asked, what), newAudience(sources, item, to)]);
  return [
    ...shared,
    ...namedGains(gains, ({ subject, name, permission }) =>
      securityChange('audience', { subject, name, after: permission }),
    ),
  ];
}

/**
 * The dashboards of annotations that a plan writes, as if it wrote them over: those that the snapshot holds and the
 * plan does not create.
 * @param dashboards - their UIDs in the snapshot and in the target, by the key of the annotation.
 */
export function annotatedDashboards(
  written: ReadonlyMap<string, PlannedItem>,
  dashboards: ReadonlyMap<string, { from: string | undefined; to: string }>,
  entries: ReadonlyMap<string, ManifestEntry>,
): { item: PlannedItem; dashboard: PlannedItem & { entry: ManifestEntry } }[] {
  return [...dashboards].flatMap(([key, { from = '', to }]) => {
    const item = written.get(key);
    const entry = item && entries.get(keyOf({ org: item.org, kind: 'dashboard', uid: from }));
    if (item === undefined || entry === undefined) {
      return [];
    }
    const dashboard = { ...item, kind: entry.kind, uid: from, targetUid: to, entry };
    return written.get(keyOf(targetOf(dashboard)))?.action === 'create' ? [] : [{ item, dashboard }];
  });
}

/**
 * Who can see a resource after it was written over, and could not when the snapshot was taken: the old content was not
 * meant for them. Nobody where the snapshot does not say who could see it.
 * @param to - the folder where it will be.
 */
async function newAudience(
  { stored, live, planned, teams }: Sources,
  { kind, entry, ...item }: PlannedItem,
  to: string,
): Promise<Gain[]> {
  if (entry === undefined) {
    return [];
  }
  const { org, uid } = targetOf({ kind, ...item });
  const isDashboard = kind === 'dashboard';
  const [around, own, aroundNow, ownNow] = await Promise.all([
    grantsAlong(stored, kind, entry.folderUid ?? ''),
    isDashboard ? stored.ownGrants('dashboard-permissions', entry.uid) : NO_GRANTS,
    grantsAlong(planned, kind, to),
    isDashboard ? planned.grantsOfUpdated(uid) : NO_GRANTS,
  ]);
  if (around === undefined || own === undefined) {
    return [];
  }
  const after = joinGrants(aroundNow ?? NO_GRANTS, ownNow ?? NO_GRANTS);
  const before = await teams.without(joinGrants(around, own), after, entry.org, org);
  const gains = gainsBetween(before, after);
  const fresh = gains.filter(
    ({ subject, name, before: had }) => had === undefined && `${subject}/${name}` !== 'role/Admin',
  );
  if (fresh.every(({ subject }) => subject === 'role')) {
    return fresh;
  }
  const roles = await live.roles();
  return fresh.filter((gain) => !couldSee(before, gain, roles));
}

/** Whether the role of somebody, or of all members that a team can have, let them see it before. */
function couldSee(before: Grants, { subject, name }: Gain, roles: ReadonlyMap<string, string>): boolean {
  if (subject === 'role') {
    return false;
  }
  const allSee = before.has('role/Viewer') && ![...roles.values()].includes('None');
  const role = roles.get(`${subject}/${name}`) ?? 'None';
  const held = ROLES.slice(0, ROLES.indexOf(role) + 1);
  return subject === 'team' ? allSee : role === 'Admin' || held.some((one) => before.has(`role/${one}`));
}

/** A dashboard that is shared outside the organization now, and was not, or with fewer, when the snapshot was taken. */
async function newlyShared(
  { stored, live }: Sources,
  { kind, entry, ...item }: PlannedItem,
  asked: number,
  what: 'dashboard' | 'annotations',
): Promise<SecurityChange[]> {
  if (kind !== 'dashboard' || entry === undefined) {
    return [];
  }
  const now = reachOf(await live.shareOf(targetOf({ kind, ...item }).uid, asked), what);
  const isNew = now > 0 && now > reachOf(await stored.shareOf(entry.uid), what);
  return isNew ? [securityChange('audience-shared', {})] : [];
}

/** Nobody outside, those whom an email invited, or anyone who has the link. */
function reachOf(share: Content | undefined, what: 'dashboard' | 'annotations'): number {
  const { isEnabled, annotationsEnabled } = objectAt(share?.body) ?? {};
  if (isEnabled !== true || (what === 'annotations' && annotationsEnabled !== true)) {
    return 0;
  }
  return stringAt(share?.body, 'share') === 'email' ? 1 : 2;
}
