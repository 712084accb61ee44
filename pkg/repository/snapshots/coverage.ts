import type { Coverage } from '../../contract/coverage.ts';
import { SERVER_KINDS, type KindName } from '../../contract/kinds.ts';
import type { Loss, Overwritten, Shrunk, Upgrade } from '../../contract/losses/losses.ts';
import { isMassChange } from '../../contract/losses/mass-change.ts';
import { countsNow, isFull, isRegularBackup, type Manifest, type SnapshotSummary } from '../../contract/manifest.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { reasonSentence } from '../../contract/reasons/reason.ts';
import { failedParts } from './covered/failed.ts';
import { isAsked, isOfList, orgParts, orgsAdvice, unreadOrgs } from './covered/organizations.ts';

/** What coverage is computed from. */
export type Covered = Pick<Manifest, 'orgs' | 'kinds' | 'errors' | 'scope' | 'newer'> &
  Partial<Pick<Manifest, 'trigger'>>;

/** Its parts are of the catalogue of this release. */
export interface CoverageFound extends Coverage {
  parts: KnownReason[];
  advice: KnownReason[];
}

/** What a snapshot covers of its Grafana, and why it leaves the rest out. */
export function coverageOf({ orgs, kinds, errors, scope, newer = [], trigger }: Covered): CoverageFound {
  const named = Object.entries(kinds) as [KindName, NonNullable<Manifest['kinds'][KindName]>][];
  const left = (code: string): KindName[] => named.flatMap(([kind, report]) => (report.code === code ? [kind] : []));
  const unselected = left('not-asked-for').filter((kind) => kinds[kind]?.params?.['absent'] === undefined);
  const forAdmins = left('needs-server-admin');
  const closed = unreadOrgs({ orgs, kinds, errors });
  const isUnread = new Set(closed.length === orgs.length ? [] : closed.map(({ id }) => id));
  // An organization of which nothing was read does not count, and says nothing about kinds that others were read of.
  const inRead = errors.filter(({ org }) => !isUnread.has(org));
  const unlisted = new Set(inRead.flatMap((problem) => (isOfList(problem) ? [problem.kind] : [])));
  const read = named.filter(([kind, report]) => isAsked(kind, report, errors));
  const existing = read.length + unselected.length + forAdmins.length;
  const isSafety = trigger === 'safety';
  const others = scope?.others ?? (isSafety ? [] : (scope?.alsoKnown ?? []));
  const known = scope?.others === undefined && others.length === 0 ? undefined : orgs.length + others.length;
  // A safety snapshot reads only what its restore changes.
  const unread = named.flatMap(([kind, { oldestReadAt }]) =>
    oldestReadAt === undefined || isSafety ? [] : [`${kind} (as of ${oldestReadAt})`],
  );
  const parts: KnownReason[] = [
    ...orgParts(orgs.length, { unread: closed, known, scope, isSafety }),
    reason('covers-kinds', { read: String(read.length - unlisted.size), existing: String(existing) }),
    ...(unread.length === 0 ? [] : [reason('covers-unread', { kinds: unread.join(', ') })]),
    ...(forAdmins.length === 0
      ? []
      : [reason(isSafety ? 'lacks-safety-kinds' : serverReason(scope), { kinds: forAdmins.join(', ') })]),
    ...(unselected.length === 0
      ? []
      : [reason(isSafety ? 'lacks-safety-kinds' : 'lacks-unselected', { kinds: unselected.join(', ') })]),
    ...failedParts(inRead, orgs),
    ...(newer.length === 0 ? [] : [reason('lacks-newer-kinds', { kinds: countedKinds(newer) })]),
  ];
  const aboutOrgs = isSafety ? [] : orgsAdvice(orgs, scope);
  return {
    orgs: { read: orgs.length - closed.length, ...(known === undefined ? {} : { existing: known }) },
    kinds: { read: read.length - unlisted.size, existing },
    whole: (isSafety || (aboutOrgs.length === 0 && forAdmins.length === 0)) && errors.length === 0,
    text: parts.map(reasonSentence).join('; '),
    parts,
    advice: isSafety ? [] : [...aboutOrgs, ...(forAdmins.length === 0 ? [] : [reason('include-server-kinds')])],
  };
}

function serverReason(scope: Covered['scope']): 'lacks-server-kinds' | 'lacks-set-kinds' {
  return scope?.serverKinds === false ? 'lacks-set-kinds' : 'lacks-server-kinds';
}

function countedKinds(newer: NonNullable<Covered['newer']>): string {
  const kinds = new Set(newer.map(({ kind }) => kind));
  return [...kinds].map((one) => `${one} (${newer.filter(({ kind }) => kind === one).length})`).join(', ');
}

/** Most losses that a sentence names. */
const MOST_NAMED = 6;

/** What a shrunk snapshot lacks, as a sentence. */
export function shrunkReason(shrunk: Shrunk): KnownReason {
  const { since, losses, overwritten = [] } = shrunk;
  const all = [...losses.map(lossText), ...overwritten.map(overwrittenText)];
  const named = all.slice(0, MOST_NAMED);
  const more = all.length > named.length ? ['…'] : [];
  const code = isMassChange(shrunk) ? 'mass-change' : 'snapshot-shrunk';
  return reason(code, { since, losses: [...named, ...more].join(', ') });
}

/** What an upgrade of Grafana lost in all organizations, as a sentence. */
export function upgradeReason({ from, to, since, orgs = [] }: Upgrade): KnownReason {
  const sum = (name: 'gone' | 'older' | 'changed'): string => String(orgs.reduce((all, one) => all + one[name], 0));
  return reason('grafana-upgraded', {
    from,
    to,
    since,
    gone: sum('gone'),
    older: sum('older'),
    changed: sum('changed'),
  });
}

/** What a snapshot lost: resources that are missing, or that have other content. */
export interface LostKinds {
  missing: boolean;
  changed: boolean;
}

/** How to put back what a snapshot lost; overwriting only where the alarm is about changes. */
export function putBackAdvice(since: string, snapshot: string, { missing, changed }: LostKinds): KnownReason[] {
  const command = `dashkeep restore ${since} --lost-in ${snapshot}`;
  return [
    ...(missing ? [reason('put-back', { command })] : []),
    ...(changed ? [reason('put-changes-back', { command: `${command} --overwrite` })] : []),
  ];
}

/** How to restore whole organizations, which `putBackAdvice` leaves out; undefined where none is lost. */
export function orgsBackAdvice({ shrunk, orgs, scope }: Manifest): KnownReason | undefined {
  const gone = new Set(shrunk?.losses.flatMap(({ org }) => (org === undefined ? [] : [org])));
  orgs.forEach(({ id }) => gone.delete(id));
  return shrunk === undefined || !namesAllOrgs(scope) || gone.size === 0
    ? undefined
    : reason('put-orgs-back', {
        orgs: [...gone].join(', '),
        command: `dashkeep restore ${shrunk.since} --everything`,
      });
}

/** Whether an organization that a snapshot does not name does not exist. A token does not show which ones exist. */
export function namesAllOrgs(scope: Manifest['scope']): boolean {
  return scope?.orgs === 'all' && scope.others !== undefined;
}

/** What to do about a shrunk snapshot. */
export function acceptLossAdvice(snapshot: string, { since }: Shrunk): KnownReason {
  return reason('accept-loss', { command: `dashkeep backup --accept-loss ${snapshot}`, since });
}

/** What is known to be missing from a snapshot, and which one to take instead. */
export function notFullReasons({ id, status, shrunk, lastFull }: LatestFacts): KnownReason[] {
  const why = [
    ...(status === 'partial' ? [reason('snapshot-partial')] : []),
    ...(shrunk === undefined ? [] : [shrunkReason(shrunk)]),
  ];
  return why.length === 0 || lastFull === undefined
    ? why
    : [...why, reason('last-full', { snapshot: id, full: lastFull })];
}

/** What to know before the latest snapshot is used; undefined where nothing is known to be missing from it. */
export function latestReason({ id, status, shrunk, lastFull }: LatestFacts): KnownReason | undefined {
  if (status === 'complete' && shrunk === undefined) {
    return undefined;
  }
  const state = [
    ...(status === 'partial' ? ['partial'] : []),
    ...(shrunk === undefined ? [] : [isMassChange(shrunk) ? 'mass change' : 'shrunk']),
  ].join(', ');
  return lastFull === undefined
    ? reason('latest-never-full', { snapshot: id, state })
    : reason('latest-not-full', { snapshot: id, state, full: lastFull });
}

type Narrow = Pick<Manifest, 'id' | 'scope'> & {
  orgs: readonly Pick<Manifest['orgs'][number], 'id'>[];
  kinds: { readonly [kind in KindName]?: { code?: string } };
};

/** What a snapshot leaves out that an earlier full one has. */
export interface Narrower {
  /** The newest that holds all that this one does; else the newest that holds more in any way. */
  full: string;
  lacks: string[];
}

/**
 * What to know of the latest snapshot, where fewer kinds or organizations were asked for than for an earlier full one.
 * @param snapshots - newest first
 * @param byReach - also where its credentials reached less
 */
export function narrowerReason(
  latest: Narrow,
  snapshots: readonly SnapshotSummary[],
  { byReach = false } = {},
): KnownReason | undefined {
  const found = narrowerThan(latest, snapshots, byReach);
  return found && reason('latest-narrower', { snapshot: latest.id, full: found.full, lacks: found.lacks.join(', ') });
}

/**
 * Finds the regular backups that cover less than an earlier full one, as far as their summaries show it.
 * @param snapshots - newest first
 */
export function narrowerSnapshots(snapshots: readonly SnapshotSummary[]): Map<string, Narrower> {
  const found = new Map<string, Narrower>();
  // A long history has few that differ in what they cover: the newest of each is enough.
  const wider = new Map<string, SnapshotSummary>();
  for (const one of snapshots.filter((each) => isRegularBackup(each) && countsNow(each)).toReversed()) {
    const { id, scope, held } = one;
    const kinds = (held?.server.resources ?? 0) > 0 ? {} : unreadServerKinds(scope);
    const narrower = narrowerThan({ id, scope, orgs: held?.orgs ?? [], kinds }, [...wider.values()].toReversed(), true);
    if (held !== undefined && narrower !== undefined) {
      found.set(id, narrower);
    }
    const reach = JSON.stringify([scope, idsHeld(one), kinds]);
    if (isFull(one)) {
      wider.delete(reach);
      wider.set(reach, one);
    }
  }
  return found;
}

/** Each Grafana has a user, so one without resources of the server was read without them. */
function unreadServerKinds(scope: SnapshotSummary['scope']): Narrow['kinds'] {
  const asked = [...SERVER_KINDS].filter((kind) => scope?.unselected?.includes(kind) !== true);
  return Object.fromEntries(asked.map((kind) => [kind, { code: 'needs-server-admin' }]));
}

function narrowerThan(latest: Narrow, snapshots: readonly SnapshotSummary[], byReach: boolean): Narrower | undefined {
  const wider = snapshots
    .filter((one) => one.id < latest.id && isFull(one) && countsNow(one))
    .map((one) => ({ full: one.id, lacks: notAskedFor(latest, one, byReach), isCovering: covers(one, latest) }))
    .filter(({ lacks }) => lacks.length > 0);
  const named = wider.find(({ isCovering }) => isCovering) ?? wider[0];
  return named && { full: named.full, lacks: named.lacks };
}

/** Kinds and organizations that one snapshot leaves out, and that an earlier one was asked for. */
function notAskedFor({ orgs, kinds: reports, scope }: Narrow, before: SnapshotSummary, byReach: boolean): string[] {
  const isUnread = (kind: KindName): boolean => reports[kind]?.code === 'needs-server-admin';
  const unread = byReach && (before.held?.server.resources ?? 0) > 0 ? [...SERVER_KINDS].filter(isUnread) : [];
  const unselected = (scope?.unselected ?? []).filter((kind) => before.scope?.unselected?.includes(kind) !== true);
  const kinds = [...unselected, ...unread];
  if (scope?.orgs !== 'chosen' && !(byReach && scope?.orgs === 'own')) {
    return kinds;
  }
  const names = new Map(scope.others?.map(({ id, name }) => [id, `org ${id} (${name})`]));
  const left = idsHeld(before).filter((id) =>
    // An organization that is gone was left out by no one.
    scope.others === undefined ? !orgs.some((org) => org.id === id) : names.has(id),
  );
  return [...left.map((id) => names.get(id) ?? `org ${id}`), ...kinds];
}

function covers(one: SnapshotSummary, { orgs, scope }: Pick<Narrow, 'orgs' | 'scope'>): boolean {
  const held = new Set(idsHeld(one));
  return (
    (one.scope?.unselected ?? []).every((kind) => scope?.unselected?.includes(kind) === true) &&
    orgs.every(({ id }) => held.has(id))
  );
}

function idsHeld({ held }: SnapshotSummary): number[] {
  return (held?.orgs ?? []).map(({ id }) => id);
}

type LatestFacts = Pick<Manifest, 'id' | 'status' | 'shrunk' | 'lastFull'>;

/** The same in every language. */
function overwrittenText({ org, kind, before, changed }: Overwritten): string {
  return `≠ ${changed}/${before} ${kind}${org === undefined ? '' : ` (org ${org})`}`;
}

/** The same in every language. */
function lossText({ org, kind, before, gone }: Loss): string {
  return `${gone}/${before} ${kind ?? 'resources'}${org === undefined ? '' : ` (org ${org})`}`;
}
