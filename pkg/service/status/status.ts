import { compact } from '../../contract/compact.ts';
import type { Coverage } from '../../contract/coverage.ts';
import type { Protection, ScheduleStatus, Status, TokenState } from '../../contract/api/status.ts';
import { SCHEDULED_JOBS, type SettingsValues } from '../../contract/api/settings.ts';
import { failureText, type DashkeepError } from '../../contract/errors.ts';
import type { KindName } from '../../contract/kinds.ts';
import type { Upgrade } from '../../contract/losses/losses.ts';
import type { SnapshotSummary } from '../../contract/manifest.ts';
import { lateAfterSeconds, type RunLine } from '../../contract/runs.ts';
import { MAX_SKEW } from '../../repository/clocks.ts';
import type { TokenStatus } from '../bootstrap/tokens/state.ts';
import type { Caller } from '../organizations/caller.ts';
import { hidden } from '../organizations/run-view.ts';
import type { History } from '../repository/history.ts';
import type { Journal } from '../runs/journal.ts';
import { parseSchedule } from '../schedule/schedule.ts';

/** What was last heard of Grafana. */
export interface GrafanaStatus {
  reachable: boolean;
  version?: string;
  edition?: string;
  problem?: DashkeepError;
}

/** What was last read of the repository. */
export interface RepositoryStatus {
  newest: SnapshotSummary | undefined;
  /** When the newest and the oldest complete backup were made; absent where there is none. */
  lastComplete?: string;
  firstComplete?: string;
  /** What the newest snapshot covers. */
  coverage?: Coverage;
  /** Whether the newest snapshot is encrypted; absent where there is none. */
  encrypted?: boolean;
  /** Of a newest snapshot that is partial or shrunk. */
  lastFull?: string;
  /** The last upgrade of Grafana that lost something, until the snapshot before it is released. */
  upgrade?: Upgrade;
  content: Partial<Record<KindName, number>>;
  snapshots: number;
  onHold: number;
  /** The same for single organizations; without what belongs to the whole server. */
  orgs: Map<number, OrgStatus>;
  /** How many of the snapshots do not say which organizations they cover. */
  uncounted: number;
  /** Ids of the snapshots from the future, which count for nothing until then. */
  future: string[];
  /** Those that no trusted key signed. */
  untrusted: SnapshotSummary[];
  /** Why the private key does not open the newest snapshot. */
  unopened?: DashkeepError;
  /** ID of the newest snapshot, where only a newer version can read it. */
  newer?: string;
  /** Why backups are refused, by the clocks. */
  clocks?: DashkeepError;
}

export interface OrgStatus {
  /** The newest backup that covers it. */
  newest: SnapshotSummary | undefined;
  content: Partial<Record<KindName, number>>;
  snapshots: number;
}

/** The schedules with their next times; computed once a minute, for cron knows nothing finer that matters here. */
export function schedulesOf({ schedule }: SettingsValues, now: Date): ScheduleStatus[] {
  const key = `${Math.floor(now.getTime() / 60_000)} ${JSON.stringify(schedule)}`;
  if (computed?.key !== key) {
    computed = { key, schedules: computeSchedules(schedule, now) };
  }
  return computed.schedules;
}

let computed: { key: string; schedules: ScheduleStatus[] } | undefined;

function computeSchedules(schedule: SettingsValues['schedule'], now: Date): ScheduleStatus[] {
  return SCHEDULED_JOBS.map((job) => {
    const [expression, timezone] = [schedule[job], schedule.timezone];
    if (expression === '') {
      return { job, expression, timezone, next: [] };
    }
    try {
      const parsed = parseSchedule(expression, timezone);
      const intervalSeconds = parsed.interval(now);
      return compact({
        job,
        expression,
        timezone,
        next: parsed.next(5, now).map((time) => time.toISOString()),
        intervalSeconds,
      });
    } catch {
      // A deployment can set what no settings page would let through; the warnings say so.
      return { job, expression, timezone, next: [] };
    }
  });
}

export interface ProtectionFacts {
  configured: boolean;
  /** Whether the repository differs from what the service remembers. */
  untrusted: boolean;
  tokenUsable: boolean;
  tokenState: TokenState;
  /** Whether the repository was read since the start. */
  isRead: boolean;
  newest: Pick<SnapshotSummary, 'time' | 'status' | 'shrunk'> | undefined;
  lastBackup: Pick<RunLine, 'status' | 'started'> | undefined;
  /** Whether the last backup began after the newest snapshot. */
  isLastLater?: boolean | undefined;
  /** Whether something is not backed up that no one chose to leave out; undefined while that is not known. */
  uncovered: boolean | undefined;
  /** Whether the private key that is set does not open the newest backup. */
  unreadable?: boolean;
  /** How the target answers, and since when; nothing while it was not asked yet. */
  target: { reachable?: boolean | undefined; since?: Date | undefined };
  intervalSeconds: number | undefined;
  /** Whether clocks differ so much that backups are refused: then no age is certain. */
  isClockOff?: boolean;
  now: Date;
}

/** The one word that says how the backups are. */
export function protectionOf(facts: ProtectionFacts): Protection {
  const { configured, tokenUsable, newest, lastBackup, intervalSeconds, now } = facts;
  const isStarting = configured && facts.tokenState === 'unknown';
  if (!configured || (!tokenUsable && newest === undefined)) {
    return isStarting ? 'unknown' : 'unconfigured';
  }
  if (facts.untrusted) {
    return 'untrusted';
  }
  if (newest === undefined) {
    // What failed before the target answered, or with another target, says nothing about the next backup.
    const { reachable, since } = facts.target;
    const isPast = since === undefined || (reachable === true && (lastBackup?.started ?? '') < since.toISOString());
    return lastBackup?.status === 'failed' && !isPast ? 'failed' : facts.isRead ? 'never' : 'unknown';
  }
  const age = (now.getTime() - Date.parse(newest.time)) / 1000;
  if (facts.isClockOff === true || (intervalSeconds !== undefined && age > lateAfterSeconds(intervalSeconds))) {
    return 'late';
  }
  // With a clock that is behind, what fails now looks older than the newest backup.
  const isBehind = age * 1000 < -MAX_SKEW;
  if (lastBackup?.status === 'failed' && (isBehind || facts.isLastLater === true)) {
    return 'failed';
  }
  // No backup can run until someone acts. While Grafana is away, that is not known.
  if (!tokenUsable && !['waiting', 'unknown'].includes(facts.tokenState)) {
    return 'failed';
  }
  if (facts.unreadable === true) {
    return 'unreadable';
  }
  if (newest.shrunk !== undefined) {
    return 'shrunk';
  }
  if (newest.status === 'partial') {
    return 'partial';
  }
  return facts.uncovered === undefined ? 'unknown' : facts.uncovered ? 'uncovered' : 'yes';
}

/** @returns the state of the Grafana tokens, without the tokens */
export function tokenView(token: TokenStatus, source: Status['token']['source']): Status['token'] {
  const ends = token.orgs.flatMap(({ expires }) => (expires === undefined ? [] : [expires.getTime()]));
  return {
    state: token.state,
    source,
    ...(ends.length === 0 ? {} : { expires: new Date(Math.min(...ends)).toISOString() }),
    orgs: token.orgs.map(({ id, state, expires }) => compact({ id, state, expires: expires?.toISOString() })),
    ...compact({
      replaced:
        token.replaced === undefined
          ? undefined
          : { time: token.replaced.time.toISOString(), orgs: token.replaced.orgs },
      problem: token.problem === undefined ? undefined : failureText(token.problem),
    }),
  };
}

/** What the service cannot read or write of its state, so that its journal or its last backup failed. */
export function stateProblems({ journal, history }: { journal: Journal; history: History }): string[] {
  const backup = history.last(({ kind, finished }) => kind === 'backup' && finished !== undefined);
  const problems = [journal.problem, backup?.failure];
  return [...new Set(problems.flatMap((one) => (one?.code === 'DK_STATE' ? [one.message] : [])))];
}

/** The tokens of all organizations are the home organization's affair. */
export function tokenFor(token: Status['token'], caller: Caller): Status['token'] {
  if (caller.home) {
    return token;
  }
  const { state, source } = token;
  const orgs = token.orgs.filter(({ id }) => id === caller.org);
  const [first] = orgs;
  return compact({
    ...{ state: first?.state ?? state, source, orgs },
    expires: first?.expires,
    problem: token.problem === undefined ? undefined : hidden(token.problem.code),
  });
}
