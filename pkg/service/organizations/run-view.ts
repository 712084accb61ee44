import { compact } from '../../contract/compact.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { warningOf } from '../../contract/reasons/reason.ts';
import type { NamedRef } from '../../contract/kinds.ts';
import { type ErrorCode } from '../../contract/errors.ts';
import { ERROR_CATALOGUE } from '../../contract/errors/catalogue.ts';
import { problemCount, type ResourceProblem } from '../../contract/manifest.ts';
import type { Progress, RunLine, RunRecord, WholeProgress } from '../../contract/runs.ts';
import { isOf, isOfServer, isSince, type Caller } from './caller.ts';

/**
 * Whether the caller may know of a run: a restore is its own organization's affair, everything else is done for all.
 */
export function mayKnow(run: Pick<RunLine, 'kind' | 'org' | 'started'>, caller: Caller): boolean {
  return run.kind !== 'restore' || askedBy(run, caller);
}

/** What nobody in particular asked for, and what earlier releases did, counts as asked for by the home organization. */
function askedBy({ org, started }: Pick<RunLine, 'org' | 'started'>, caller: Caller): boolean {
  return org === undefined ? caller.home : org === caller.org && isSince(caller, started);
}

/** Whether the caller may cancel it: anyone who asked, and the home organization for what is done for all. */
export function mayCancel(run: Pick<RunLine, 'kind' | 'org' | 'started'>, caller: Caller): boolean {
  return askedBy(run, caller) || (run.kind !== 'restore' && caller.home);
}

/** A line of the history as one organization may see it; undefined when it may not. */
export function runFor(run: RunLine, caller: Caller): RunLine | undefined {
  if (!mayKnow(run, caller)) {
    return undefined;
  }
  const { by, orgs, idempotencyKey: _key, ...rest } = run;
  const named = by !== undefined && askedBy(run, caller) ? { by } : {};
  if (run.kind === 'restore') {
    return { ...rest, ...named };
  }
  const own = orgs?.find(({ id }) => id === caller.org && isSince(caller, run.started));
  if (own !== undefined) {
    const ended = run.status === 'complete' || run.status === 'partial';
    const problems = own.problems + (caller.home ? problemsOfServer(run) : 0);
    const status = ended ? (problems === 0 ? 'complete' : 'partial') : run.status;
    return shared({ ...rest, ...named, status, counts: own.counts, problems }, caller);
  }
  return shared(caller.home ? { ...rest, ...named } : { ...rest, ...named, counts: {}, problems: 0 }, caller);
}

/** Problems with resources of the whole server: those of no organization. */
function problemsOfServer({ problems, orgs = [] }: RunLine): number {
  return Math.max(
    0,
    orgs.reduce((left, one) => left - one.problems, problems),
  );
}

/** Of what is done for all, only the home organization sees why it failed: the reason may name others. */
function shared<T extends RunLine>(run: T, caller: Caller): T {
  if (caller.home) {
    return run;
  }
  const { warnings: _warnings, warned: _warned, failure, ...rest } = run;
  return { ...rest, ...compact({ failure: failure === undefined ? undefined : hidden(failure.code) }) } as T;
}

/** A problem without its words, which may name what is not the caller's. */
export function hidden(code: string): { code: string; message: string; hint: string } {
  const hint = (ERROR_CATALOGUE as Partial<Record<string, { hint: string }>>)[code as ErrorCode]?.hint ?? '';
  return { code, message: 'The home organization sees the details.', hint };
}

/**
 * The single problems that the caller may see; of the whole server, the home organization sees how many, not of what.
 */
export function problemsFor(problems: readonly ResourceProblem[], caller: Caller): ResourceProblem[] {
  return problems.flatMap((problem) => {
    if (!isOfServer(problem)) {
      return problem.org === caller.org ? [problem] : [];
    }
    const { title: _, ...unnamed } = problem;
    const anyOfIt = problem.uid === '' ? {} : { uid: '', count: problemCount([problem]) };
    return caller.home ? [{ ...unnamed, ...anyOfIt }] : [];
  });
}

/** Which resources of a run the caller may see. In another Grafana, the organizations have other IDs. */
export function isShown(
  { connection }: Pick<RunRecord, 'connection'>,
  caller: Caller,
): (ref: Pick<NamedRef, 'org' | 'kind'>) => boolean {
  return (ref) => (connection === undefined ? isOf(caller, ref) : !isOfServer(ref));
}

/** A record as one organization may see it; undefined when it may not. */
export function recordFor(
  record: RunRecord,
  line: RunLine,
  caller: Caller,
): (RunLine & { errors: ResourceProblem[] }) | undefined {
  const view = runFor(line, caller);
  if (view === undefined) {
    return undefined;
  }
  const errors =
    record.connection === undefined
      ? problemsFor(record.errors, caller)
      : record.errors.filter(isShown(record, caller));
  const others = problemCount(record.errors) - problemCount(errors);
  if (!caller.home || others === 0) {
    return { ...view, errors };
  }
  const more = warningOf([reason('problems-elsewhere', { count: String(others) })]);
  const warnings = [...(view.warnings ?? []), ...more.warnings];
  return { ...view, warnings, warned: [...(view.warned ?? []), ...more.warned], errors };
}

/**
 * How far a run has come, in numbers of the caller's organization. Only the home organization sees what work for all is
 * waiting for.
 */
export function progressFor(
  run: Pick<RunLine, 'kind' | 'org'>,
  progress: WholeProgress | undefined,
  caller: Caller,
): Progress | undefined {
  if (progress === undefined) {
    return undefined;
  }
  const { orgs, ...whole } = progress;
  const own = orgs?.find(({ id }) => id === caller.org);
  const isAlone = orgs?.every(({ id }) => id === caller.org || id === 0) ?? true;
  if (run.kind === 'restore' || (caller.home && isAlone)) {
    return whole;
  }
  const phase =
    /^(checking|publishing|reading|permissions|saving|verifying|planning|restoring)\b/.exec(whole.phase)?.[1] ??
    'reading';
  const { id: _, ...numbers } = own ?? { id: 0, done: 0, kinds: {} };
  return { phase: caller.home ? whole.phase : phase, ...numbers, ...compact({ endsWithin: whole.endsWithin }) };
}
