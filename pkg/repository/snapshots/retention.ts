import { countsNow, isFull, isRegularBackup } from '../../contract/manifest.ts';
import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { KIND_NAMES, SERVER_KINDS } from '../../contract/kinds.ts';
import type { SnapshotSummary } from '../../contract/manifest.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { reasonSentence, type ReasonData } from '../../contract/reasons/reason.ts';

/** How many of which to keep. A snapshot stays when any rule keeps it. */
export interface RetentionPolicy {
  keepLast?: number;
  keepHourly?: number;
  keepDaily?: number;
  keepWeekly?: number;
  keepMonthly?: number;
  keepYearly?: number;
  /** Everything as young as that, seen from the newest complete snapshot: `30d`, `1y6m`, `2w`, `36h` (m = months). */
  keepWithin?: string;
  /** Where days, weeks, months and years begin: an IANA name. Default UTC. */
  timeZone?: string;
}

export interface RetentionDecision {
  id: string;
  time: string;
  status: SnapshotSummary['status'];
  reasons: string[];
  /** The reasons as data, in the same order. */
  why: ReasonData[];
  /** No trusted key has signed it: it counts for nothing, and is not for any rule to remove. */
  foreign?: true;
  /** A clock that was ahead dated it later than now: it counts for nothing, and is not for any rule to remove. */
  future?: true;
}

export interface RetentionPlan {
  /** Newest first. */
  kept: RetentionDecision[];
  forgotten: RetentionDecision[];
}

type Bucket = 'hour' | 'day' | 'week' | 'month' | 'year';

const BUCKET_RULES: readonly [rule: keyof RetentionPolicy, bucket: Bucket, name: string][] = [
  ['keepHourly', 'hour', 'hourly'],
  ['keepDaily', 'day', 'daily'],
  ['keepWeekly', 'week', 'weekly'],
  ['keepMonthly', 'month', 'monthly'],
  ['keepYearly', 'year', 'yearly'],
];

/**
 * Decides which snapshots stay; pure. Only full ones are counted, so a failing or emptied source never pushes good
 * snapshots out; the newest full one always stays, and so does a partial or shrunk one that is newer than it, and the
 * newest one that holds what the credentials of the newest one cannot read or what someone left out. What a restore put
 * aside for safety stays a week and counts for nothing; so does what is foreign or from the future, for as long as it
 * is that. What is on hold stays, whatever else it is; and everything, while the latest one is shrunk.
 * @param storedAt - when the target stored a snapshot, if it says that
 * @throws DK_USAGE when no rule would keep anything, or one is not valid.
 */
export function planRetention(
  snapshots: readonly SnapshotSummary[],
  policy: RetentionPolicy,
  now: Date,
  storedAt: (id: string) => Date | undefined = () => undefined,
): RetentionPlan {
  assertPolicy(policy);
  const newestFirst = [...snapshots].sort((a, b) => (a.id < b.id ? 1 : -1));
  const reasons = new Map<string, KnownReason[]>(newestFirst.map(({ id }) => [id, []]));
  const keep = (id: string, why: KnownReason): void => void reasons.get(id)?.push(why);

  const full = newestFirst.filter((snapshot) => isFull(snapshot) && countsNow(snapshot));
  const [newest] = full;
  if (newest !== undefined) {
    keep(newest.id, reason('newest-complete'));
    const wider = new Set([...beyondReach(newest, full), ...leftOut(newest, full)]);
    wider.forEach((id) => keep(id, reason('newest-beyond-reach')));
  }
  for (const { id } of full.slice(0, policy.keepLast ?? 0)) {
    keep(id, reason('kept-by-rule', { rule: 'last' }));
  }
  const bucketOf = bucketsIn(policy.timeZone ?? 'UTC');
  for (const [rule, bucket, name] of BUCKET_RULES) {
    keepNewestOfEach(
      full,
      Number(policy[rule] ?? 0),
      (time) => bucketOf(time, bucket),
      (id) => keep(id, reason('kept-by-rule', { rule: name })),
    );
  }
  if (policy.keepWithin !== undefined) {
    const base = newest === undefined ? now : new Date(Math.min(now.getTime(), Date.parse(newest.time)));
    const limit = before(base, policy.keepWithin).getTime();
    for (const { id } of newestFirst.filter(({ time }) => Date.parse(time) >= limit)) {
      keep(id, reason('kept-within', { within: policy.keepWithin }));
    }
  }
  for (const snapshot of newestFirst) {
    if (snapshot.hold) {
      keep(snapshot.id, reason('kept-on-hold'));
    } else if (snapshot.foreign === true) {
      reasons.set(snapshot.id, [reason('kept-foreign')]);
    } else if (snapshot.future === true) {
      reasons.set(snapshot.id, [reason('kept-future')]);
    } else if (snapshot.status === 'partial' && (newest === undefined || snapshot.id > newest.id)) {
      keep(snapshot.id, reason('kept-newer-partial'));
    } else if (isNewerShrunk(snapshot, newest)) {
      keep(snapshot.id, reason('kept-newer-shrunk'));
    } else if (!isRegularBackup(snapshot) && now.getTime() - lastSign(snapshot, storedAt) < UNDO_TIME) {
      keep(snapshot.id, reason('kept-to-undo'));
    }
  }

  const latest = newestFirst.find((snapshot) => isRegularBackup(snapshot) && countsNow(snapshot));
  const plan: RetentionPlan = { kept: [], forgotten: [] };
  for (const snapshot of newestFirst) {
    const { id, time, status, foreign, future } = snapshot;
    const why = reasons.get(id) ?? [];
    if (why.length === 0 && latest?.shrunk !== undefined) {
      why.push(reason('kept-until-accepted', { snapshot: latest.id }));
    }
    if (why.length > 0) {
      plan.kept.push(compact({ id, time, status, ...explained(why), foreign, future }));
    } else {
      plan.forgotten.push({ id, time, status, ...explained([reasonToGo(snapshot)]) });
    }
  }
  return plan;
}

/** The newest ones that hold what the credentials of the newest one cannot read: server kinds, other organizations. */
function beyondReach(newest: SnapshotSummary, full: readonly SnapshotSummary[]): string[] {
  const { scope } = newest;
  const wantsServer = ![...SERVER_KINDS].every((kind) => scope?.unselected?.includes(kind) === true);
  const server = wantsServer && !holdsServer(newest) ? full.find(holdsServer) : undefined;
  const own = new Set(newest.held?.orgs.map(({ id }) => id));
  const orgs = scope?.orgs === 'own' ? full.find(({ held }) => held?.orgs.some(({ id }) => !own.has(id))) : undefined;
  return [server, orgs].flatMap((one) => one?.id ?? []);
}

/**
 * The newest ones that hold organizations and kinds that someone left out of the newest one, however old: that may have
 * been for one backup only.
 */
function leftOut(newest: SnapshotSummary, full: readonly SnapshotSummary[]): string[] {
  const isChosen = newest.scope?.orgs === 'chosen';
  if (!isChosen && newest.scope?.unselected === undefined) {
    return [];
  }
  const own = new Set(newest.held?.orgs.map(({ id }) => id));
  const contents = (one: SnapshotSummary): string[] => {
    const kinds = KIND_NAMES.filter((kind) => one.scope?.unselected?.includes(kind) !== true);
    const orgs = (one.held?.orgs ?? []).filter(({ id }) => isChosen || own.has(id));
    return [
      ...(holdsServer(one) ? kinds.filter((kind) => SERVER_KINDS.has(kind)) : []),
      ...orgs.flatMap(({ id }) => kinds.filter((kind) => !SERVER_KINDS.has(kind)).map((kind) => `${id} ${kind}`)),
    ];
  };
  const kept = new Set(contents(newest));
  return full
    .filter((one) => {
      const more = contents(one).filter((content) => !kept.has(content));
      more.forEach((content) => kept.add(content));
      return more.length > 0;
    })
    .map(({ id }) => id);
}

function holdsServer({ held }: SnapshotSummary): boolean {
  return (held?.server.resources ?? 0) > 0;
}

function isNewerShrunk(snapshot: SnapshotSummary, newest: SnapshotSummary | undefined): boolean {
  return snapshot.shrunk !== undefined && (newest === undefined || snapshot.id > newest.id);
}

/** How long a restore can be undone at least. */
const UNDO_TIME = 7 * 86_400_000;

/** Why a snapshot is kept or removed, as English sentences and as data in the same order. */
export function explained(why: readonly KnownReason[]): Pick<RetentionDecision, 'reasons' | 'why'> {
  return { reasons: why.map(reasonSentence), why: [...why] };
}

function reasonToGo(snapshot: SnapshotSummary): KnownReason {
  if (!isRegularBackup(snapshot)) {
    return reason('undo-time-over');
  }
  const state = snapshot.status === 'partial' ? 'older-partial' : 'kept-by-none';
  return reason(snapshot.shrunk === undefined ? state : 'older-shrunk');
}

function keepNewestOfEach(
  newestFirst: readonly SnapshotSummary[],
  count: number,
  bucketOf: (time: Date) => string,
  keep: (id: string) => void,
): void {
  const seen = new Set<string>();
  for (const { id, time } of newestFirst) {
    const bucket = bucketOf(new Date(time));
    if (!seen.has(bucket)) {
      if (seen.size === count) {
        return;
      }
      seen.add(bucket);
      keep(id);
    }
  }
}

/** Names the hour, day, … that a time falls in, where the clocks of the zone say so. */
function bucketsIn(timeZone: string): (time: Date, bucket: Bucket) => string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    timeZoneName: 'longOffset',
  });
  return (time, bucket) => {
    const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
    const day = `${part['year']}-${part['month']}-${part['day']}`;
    switch (bucket) {
      case 'hour':
        // With the offset, because an hour comes twice when the clocks go back.
        return `${day} ${part['hour']} ${part['timeZoneName']}`;
      case 'day':
        return day;
      case 'week':
        return isoWeekStart(day);
      case 'month':
        return `${part['year']}-${part['month']}`;
      case 'year':
        return String(part['year']);
    }
  };
}

/** A clock that was behind may have dated it, and then only the target knows its age. */
function lastSign({ id, time }: SnapshotSummary, storedAt: (id: string) => Date | undefined): number {
  return Math.max(Date.parse(time), storedAt(id)?.getTime() ?? 0);
}

/** The Monday of the week, which names it without the traps of week numbers. */
function isoWeekStart(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

const DURATION = /^(?:(\d{1,4})y)?(?:(\d{1,4})m)?(?:(\d{1,4})w)?(?:(\d{1,5})d)?(?:(\d{1,6})h)?$/;

/** @throws DK_USAGE */
export function assertDuration(text: string): void {
  if (text === '' || !DURATION.test(text)) {
    throw new DashkeepError('DK_USAGE', `'${text}' is not a duration such as 30d, 1y6m, 2w or 36h`);
  }
}

function before(base: Date, duration: string): Date {
  const [, years, months, weeks, days, hours] = (DURATION.exec(duration) ?? []).map((part) => Number(part ?? 0));
  const date = new Date(base);
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth() - (years ?? 0) * 12 - (months ?? 0);
  // A month before the 31st of March ends on the last of February.
  const lastDay = new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).getUTCDate();
  date.setUTCFullYear(Math.floor(month / 12), month % 12, Math.min(date.getUTCDate(), lastDay));
  return new Date(date.getTime() - (((weeks ?? 0) * 7 + (days ?? 0)) * 24 + (hours ?? 0)) * 3_600_000);
}

/** @throws DK_USAGE when no rule would keep anything, or one is not valid */
export function assertPolicy(policy: RetentionPolicy): void {
  const counts = [policy.keepLast, ...BUCKET_RULES.map(([rule]) => policy[rule])];
  for (const count of counts) {
    if (count !== undefined && (!Number.isInteger(count) || Number(count) < 0)) {
      throw new DashkeepError('DK_USAGE', `'${String(count)}' is not a number of snapshots to keep`);
    }
  }
  const { keepWithin, timeZone } = policy;
  if (keepWithin !== undefined) {
    assertDuration(keepWithin);
  }
  if (timeZone !== undefined) {
    try {
      new Intl.DateTimeFormat('en', { timeZone });
    } catch (cause) {
      throw new DashkeepError('DK_USAGE', `'${timeZone}' is not a time zone such as Europe/Paris`, { cause });
    }
  }
  if (keepWithin === undefined && counts.every((count) => (count ?? 0) === 0)) {
    throw new DashkeepError('DK_USAGE', 'no retention rule is set', {
      advice: reason('set-retention'),
    });
  }
}
