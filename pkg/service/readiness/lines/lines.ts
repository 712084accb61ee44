import type { Readiness, ReadinessLine } from '../../../contract/api/readiness.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import type { SnapshotSummary } from '../../../contract/manifest.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { adviceOf, reasonFrom, type Reason } from '../../../contract/reasons/reason.ts';
import { lateAfterSeconds } from '../../../contract/runs.ts';
import { INCLUDE_ORG } from '../../status/warnings.ts';
import type { ReadinessFacts, RepositoryFacts } from '../facts.ts';
import { privateKey, secondCopy, secrets } from './confirmed.ts';
import { backup, restoreTest, verification } from './runs.ts';
import { line, noBackup, unreadable, type LineResult } from './line.ts';
import { targetLine } from './target.ts';

/** Whether a recovery would work, line by line. Pure. */
export function readinessOf(facts: ReadinessFacts): Readiness {
  const { repository, home } = facts;
  const lines = repository instanceof DashkeepError ? unread(repository, facts) : read(repository, facts);
  const evidence = lines.filter(({ code }) => home || !OF_HOME.has(code));
  const levels = new Set(evidence.map(({ level }) => level));
  return {
    level: levels.has('bad') ? 'not-ready' : levels.size === 1 && levels.has('ok') ? 'ready' : 'attention',
    time: facts.now.toISOString(),
    evidence,
  };
}

/** What concerns the bucket and its keys is for the organization that decides about them. */
const OF_HOME: ReadonlySet<ReadinessLine['code']> = new Set(['target', 'second-copy', 'private-key']);

/** Nothing is known of a repository that cannot be read. */
function unread(problem: DashkeepError, facts: ReadinessFacts): ReadinessLine[] {
  const said: LineResult = { level: 'bad', found: [reasonFrom(problem)], advice: [adviceOf(problem)] };
  return [
    line(facts.home ? reason('ready-of-target') : reason('ready-of-backup'), said),
    line(reason('ready-of-grafana'), grafana(facts)),
    line(reason('ready-of-schedule'), onSchedule({ runs: {}, scheduled: true }, facts)),
  ];
}

function read(repository: RepositoryFacts, facts: ReadinessFacts): ReadinessLine[] {
  const { complete, protection } = repository;
  const copy = secondCopy(facts);
  return [
    line(reason('ready-of-backup'), backup(repository, facts)),
    line(reason('ready-of-coverage'), coverage(repository, facts)),
    line(reason('ready-of-signatures'), signatures(repository)),
    line(reason('ready-of-verification'), verification(repository, facts)),
    line(reason('ready-of-restore-test'), restoreTest(repository, facts)),
    line(
      reason('ready-of-target'),
      targetLine(protection, copy.level === 'ok' ? 'proven' : facts.copy === undefined ? 'none' : 'set'),
    ),
    line(reason('ready-of-second-copy'), copy),
    line(reason('ready-of-private-key'), privateKey(repository, facts)),
    line(reason('ready-of-secrets'), secrets(repository, facts)),
    line(reason('ready-of-plugins'), plugins(repository, complete)),
    line(reason('ready-of-grafana'), grafana(facts)),
    line(reason('ready-of-schedule'), onSchedule(repository, facts)),
  ];
}

function coverage(
  { coverage: covered, newest, manifest, untrusted }: RepositoryFacts,
  { home, overlooked }: ReadinessFacts,
): LineResult {
  if (covered === undefined) {
    return noBackup({ untrusted });
  }
  const missing = home ? overlooked : [];
  // What the snapshot says of an organization that it lacks is not said twice.
  const named = new Set(manifest?.scope?.others?.map(({ id }) => String(id)));
  const isAdvised = covered.advice.some(({ code }) => code === 'include-orgs');
  const advice = [...covered.advice, ...(missing.length === 0 || isAdvised ? [] : [INCLUDE_ORG])];
  return {
    level: covered.whole && missing.length === 0 ? 'ok' : 'warning',
    at: newest?.time,
    found: [...covered.parts, ...missing.filter(({ params = {} }) => !named.has(params['id'] ?? ''))],
    advice: advice.length === 0 ? [reason('ready-see-runs')] : advice,
  };
}

function signatures({ complete, newest, findings, untrusted }: RepositoryFacts): LineResult {
  if (findings.length > 0) {
    return { level: 'bad', found: findings.map(reasonFrom), advice: findings.map(adviceOf) };
  }
  const signed = complete ?? newest;
  return signed === undefined
    ? noBackup({ untrusted })
    : { level: 'ok', at: signed.time, found: [reason('ready-signed', { snapshot: signed.id })] };
}

function plugins({ needed, manifest, untrusted }: RepositoryFacts, complete: SnapshotSummary | undefined): LineResult {
  if (needed === undefined || needed instanceof DashkeepError) {
    return needed === undefined ? noBackup({ untrusted }) : unreadable(needed);
  }
  const { reason: text = '', code, params = {} } = manifest?.kinds.plugin ?? { reason: '' };
  if (manifest?.kinds.plugin === undefined || text !== '') {
    return { level: 'unknown', found: [{ code: (code ?? 'not-asked-for') as KnownReason['code'], params }] };
  }
  const items = [...new Map(needed.plugins.items.map((one) => [one.uid, one])).values()];
  const found = items.length === 0 ? reason('ready-none') : reason('ready-plugins', { count: String(items.length) });
  return { level: 'ok', at: complete?.time, found: [found], items };
}

function grafana({ grafana: { version, problem }, refusal }: ReadinessFacts): LineResult {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  if (problem !== undefined || version === undefined || major === undefined) {
    return problem === undefined ? { level: 'unknown', found: [reason('ready-grafana-silent')] } : unreadable(problem);
  }
  if (refusal !== undefined) {
    return refused([reason('ready-grafana', { version })], refusal);
  }
  return Number(major) < 10 || (Number(major) === 10 && Number(minor) < 4)
    ? { level: 'bad', found: [reason('ready-grafana-old', { version })], advice: [reason('ready-upgrade-grafana')] }
    : { level: 'ok', found: [reason('ready-grafana', { version })] };
}

/** No backup can be made until someone acts. */
function refused(found: Reason[], refusal: DashkeepError): LineResult {
  return { level: 'bad', found: [...found, reasonFrom(refusal)], advice: [adviceOf(refusal)] };
}

function onSchedule(
  { runs: { backup: last }, scheduled }: Pick<RepositoryFacts, 'runs' | 'scheduled'>,
  { schedule, now, refusal }: ReadinessFacts,
): LineResult {
  if (schedule === undefined || schedule.expression === '') {
    return { level: 'warning', found: [reason('ready-no-schedule')], advice: [reason('ready-set-schedule')] };
  }
  const { expression, timezone, next, intervalSeconds } = schedule;
  if (next.length === 0 || intervalSeconds === undefined) {
    const found = [reason('job-never-runs', { job: 'backup' })];
    return { level: 'bad', found, advice: [reason('correct-schedule')] };
  }
  const found = [reason('ready-scheduled', { schedule: `${expression} (${timezone})` })];
  if (refusal !== undefined) {
    return refused(found, refusal);
  }
  if (!scheduled) {
    const advice = [reason('ready-check-schedule')];
    return { level: 'unknown', found: [...found, reason('ready-unscheduled')], advice };
  }
  return last !== undefined && now.getTime() - Date.parse(last.started) > lateAfterSeconds(intervalSeconds) * 1000
    ? {
        level: 'bad',
        at: last.started,
        found: [...found, reason('ready-missed')],
        advice: [reason('ready-check-service')],
      }
    : { level: 'ok', found };
}
