import { compact } from '../../../contract/compact.ts';
import { ReadinessCode, type ReadinessLevel, type ReadinessLine } from '../../../contract/api/readiness.ts';
import type { DashkeepError } from '../../../contract/errors.ts';
import { checkText } from '../../../contract/reasons/check-result.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { adviceOf, reasonFrom, type Reason } from '../../../contract/reasons/reason.ts';
import type { RepositoryFacts } from '../facts.ts';

export const DAY_MS = 86_400_000;
/** Days after which what was confirmed is asked again; a restore test should not be older, either. */
export const QUARTER = 92;

/** The content of a line, without its subject. */
export interface LineResult extends Pick<ReadinessLine, 'items' | 'confirmable'> {
  level: ReadinessLevel;
  found: Reason[];
  advice?: Reason[];
  at?: string | undefined;
}

/** The code of a line is that of its subject. */
const SUBJECT = 'ready-of-';

/** A line about its subject. */
export function line(subject: KnownReason, { found, advice = [], ...said }: LineResult): ReadinessLine {
  const code = ReadinessCode.parse(subject.code.slice(SUBJECT.length));
  return compact({ code, subject, ...checkText(found, said.level === 'ok' ? [] : advice), ...said });
}

/** What is said where nothing is known, such as Grafana's version, or what the newest backup holds. */
export function unreadable(problem: DashkeepError): LineResult {
  return { level: 'unknown', found: [reasonFrom(problem)], advice: [adviceOf(problem)] };
}

/** What is said where no backup counts. Where others signed the backups, another one would not help. */
export function noBackup(
  { untrusted }: Pick<RepositoryFacts, 'untrusted'>,
  level: ReadinessLevel = 'unknown',
): LineResult {
  const { why, advice } = untrusted ?? { why: reason('ready-no-backup'), advice: reason('ready-back-up') };
  return { level, found: [why], advice: [advice] };
}

/** What was true, but long ago. */
export function old(days: number): KnownReason {
  return reason('ready-old', { days: String(days) });
}
