import type { Check } from './check.ts';

/** What a journey came to. */
export interface Outcome {
  name: string;
  title: string;
  seconds: number;
  status: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped, or the error that ended it. */
  reason?: string;
  checks: Check[];
}

/** The outcome of the journey of this name that ran to its end, or up to an error. */
export function outcomeOf(
  { name, title }: Pick<Outcome, 'name' | 'title'>,
  checks: Check[],
  seconds: number,
  error?: unknown,
): Outcome {
  const failed = error !== undefined || checks.some(({ ok }) => !ok);
  return {
    name,
    title,
    seconds,
    status: failed ? 'failed' : 'passed',
    ...(error === undefined ? {} : { reason: error instanceof Error ? error.message : String(error) }),
    checks,
  };
}

/** A check as lines for people, with its evidence when it failed. */
export function checkLines({ what, ok, evidence }: Check): string[] {
  return [`  ${ok ? '✓' : '✗'} ${what}`, ...evidence.map((one) => `      ${one}`)];
}

/** One line per journey, and how many passed. */
export function summary(outcomes: readonly Outcome[]): string {
  const width = Math.max(...outcomes.map(({ name }) => name.length));
  const rows = outcomes.map(({ name, status, seconds, checks }) => {
    const failed = checks.filter(({ ok }) => !ok).length;
    const detail = status === 'failed' ? `${failed} of ${checks.length} checks failed` : `${checks.length} checks`;
    return `${status.padEnd(8)}${name.padEnd(width + 2)}${`${Math.round(seconds)} s`.padStart(6)}  ${detail}`;
  });
  const count = (wanted: Outcome['status']) => outcomes.filter(({ status }) => status === wanted).length;
  return [...rows, `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`].join('\n');
}
