import type { Status } from '../../contract/api/status.ts';
import { type DashkeepError, failureText, type ErrorCode } from '../../contract/errors.ts';
import { reason, sentenceOf, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { reasonSentence } from '../../contract/reasons/reason.ts';
import type { Clock } from '../../contract/ports.ts';
import type { RunLine } from '../../contract/runs.ts';
import { append } from '../../lib/append.ts';
import { DELETE_ACCOUNT, otherAccount } from '../bootstrap/service-account.ts';
import { appOfOther, LEAVE_APP } from '../bootstrap/other-service.ts';
import type { TokenStatus } from '../bootstrap/tokens/state.ts';
import type { Journal } from '../runs/journal.ts';
import type { Notifier } from '../notifications/notifier.ts';
import type { Caller } from '../organizations/caller.ts';
import { hidden } from '../organizations/run-view.ts';
import type { Leadership } from '../schedule/leadership.ts';
import type { RepositoryCache } from '../repository/repository-cache.ts';
import { copyAdvice, copyProblem } from '../copy/problem.ts';
import type { SecondCopy } from '../copy/second-copy.ts';
import { pendingRewrapFinding, replacedFinding } from '../../repository/encryption/recipient-findings.ts';
import { findingError } from '../../repository/signing/finding-error.ts';
import { untrustedFinding } from '../../repository/signing/signers.ts';
import { unmendable } from '../../repository/verify/problems.ts';
import { futureFinding } from '../../repository/snapshots/future.ts';
import type { StatusCache } from './status-cache.ts';
import { settingsFindings } from '../settings/findings.ts';
import type { SettingsStore } from '../settings/store.ts';

/** What the warnings are made from. */
export interface WarningSources {
  token: TokenStatus;
  parts: {
    settings: SettingsStore;
    repositoryCache: RepositoryCache;
    leadership: Leadership;
    statusCache: StatusCache;
    secondCopy: SecondCopy;
    journal: Journal;
    notifier: Notifier;
    clock: Clock;
  };
  /** The last verification of everything. */
  verified?: Pick<RunLine, 'status' | 'failure' | 'warned' | 'problems' | 'counts'> | undefined;
  /** Organizations that exist and that no one chose to leave out of the backups. */
  missing: readonly { id: number; name: string }[];
}

/** What an organization other than the home one has to know; details are for the home organization. */
export function warningsFor({ token, parts }: WarningSources, caller: Caller): Status['warnings'] {
  const { problem } = token;
  const problems = [problem, ...repositoryProblems(parts)].flatMap((one) => (one === undefined ? [] : [one]));
  const failed = token.orgs.some(({ id, state }) => id === caller.org && state === 'failed');
  return [...problems.map((one) => problemFor(one, caller)), ...(failed ? [hidden('DK_BOOTSTRAP')] : [])];
}

/** All warnings, for the home organization. */
export function allWarnings(
  { token, parts, verified, missing }: WarningSources,
  schedules: Status['schedules'],
): Status['warnings'] {
  const warnings: Status['warnings'] = [];
  const { writable, readOnlyReason, values } = parts.settings.view();
  const { problem, notRenewed } = token;
  const { unopened, clocks, newer } = parts.statusCache.repository ?? {};
  const found = repositoryProblems(parts);
  const known = [
    ...[problem, notRenewed, ...found, parts.leadership.problem, parts.journal.problem],
    problem?.code === clocks?.code ? undefined : clocks,
    parts.notifier.problem,
    // The settings say why, or reading another file failed alike.
    parts.settings.isKeyOfOthers || found.some(({ code }) => code === unopened?.code) ? undefined : unopened,
  ];
  for (const one of known) {
    if (one !== undefined) {
      warnings.push(failureText(one));
    }
  }
  for (const { why, advice } of (parts.statusCache.repository?.future ?? []).map(futureFinding)) {
    warnings.push(warningOf('DK_SNAPSHOT_FUTURE', why, advice));
  }
  if (verified?.status === 'failed' && verified.failure === undefined) {
    const unmended = unmendable(verified);
    if (unmended === undefined) {
      warnings.push(warningOf('DK_OBJECT_DAMAGED', reason('stored-damaged'), reason('ready-repair')));
    } else if (!warnings.some(({ code }) => code === unmended.code)) {
      const why = reason('verified-other', { count: String(verified.counts['problems']) });
      const hint = reasonSentence(unmended.advice);
      warnings.push({ code: unmended.code, message: sentenceOf(why), hint, why });
    }
  }
  if (newer !== undefined) {
    const why = reason('snapshot-newer', { snapshot: newer });
    warnings.push(warningOf('DK_MANIFEST_NEWER', why, reason('upgrade-to-read')));
  }
  const untrusted = untrustedFinding(parts.statusCache.repository?.untrusted ?? []);
  if (untrusted !== undefined) {
    warnings.push(warningOf('DK_SNAPSHOT_FOREIGN', untrusted.why, untrusted.advice));
  }
  if (!writable) {
    const advice = reason('make-settings-writable');
    const message = readOnlyReason ?? 'settings cannot be saved';
    warnings.push({ code: 'DK_STATE', message, hint: sentenceOf(advice), advice });
  }
  for (const { why, advice } of settingsFindings(parts.settings)) {
    warnings.push(warningOf('DK_SETTINGS', why, advice));
  }
  const failed = token.orgs.filter(({ state }) => state === 'failed').map(({ id }) => id);
  if (failed.length > 0) {
    const why = reason('org-tokens-missing', { orgs: failed.join(', ') });
    warnings.push(warningOf('DK_BOOTSTRAP', why, reason('join-organizations')));
  }
  for (const { id, other } of token.orgs) {
    if (other !== undefined) {
      warnings.push(warningOf('DK_BOOTSTRAP', appOfOther(id, other), LEAVE_APP));
    }
  }
  for (const { id, account } of token.orgs) {
    if (account?.instead !== undefined) {
      const why = otherAccount(id, account.name, account.instead);
      warnings.push(warningOf('DK_BOOTSTRAP', why, DELETE_ACCOUNT));
    }
  }
  for (const org of missing) {
    warnings.push(warningOf('DK_SETTINGS', notCovered(org), INCLUDE_ORG));
  }
  for (const { job, expression, next } of schedules) {
    if (expression !== '' && next.length === 0) {
      warnings.push(warningOf('DK_SETTINGS', reason('job-never-runs', { job }), reason('correct-schedule')));
    }
  }
  const newest = parts.statusCache.repository?.newest;
  const replaced = replacedFinding(parts.repositoryCache.successor, newest, parts.clock.now());
  for (const found of [pendingRewrapFinding(parts.repositoryCache), replaced]) {
    if (found !== undefined) {
      warnings.push(warningOf('DK_ENCRYPTION', found.why, found.advice));
    }
  }
  append(warnings, copyWarnings(parts.secondCopy));
  const identity = parts.settings.view().secrets.ageIdentity.set;
  if ((parts.repositoryCache.encrypted === true || values.encryption.recipients.length > 0) && !identity) {
    warnings.push(warningOf('DK_IDENTITY_MISSING', reason('identity-absent'), reason('enter-identity')));
  }
  return warnings;
}

/** Warnings about a second target that is behind or damaged. */
function copyWarnings({ facts, isOverdue, target }: SecondCopy): Status['warnings'] {
  const { last } = facts ?? {};
  if (last?.status === 'failed') {
    const { code = 'DK_INTEGRITY', message } = last.failure ?? {};
    if (message !== undefined) {
      const failing = reason('copy-failing', { message, time: last.finished ?? last.started });
      return [warningOf(code as ErrorCode, failing, copyAdvice(last.failure))];
    }
    const { why, advice } = copyProblem(last, target);
    return [warningOf(code as ErrorCode, why, advice)];
  }
  return isOverdue ? [warningOf('DK_STORE_FAILED', reason('copy-overdue'), copyAdvice(undefined))] : [];
}

/** What is wrong with the repository, each code once. */
function repositoryProblems({ repositoryCache, statusCache }: WarningSources['parts']): DashkeepError[] {
  const { problem } = repositoryCache;
  const found = statusCache.findings.map(findingError);
  return problem === undefined || found.some(({ code }) => code === problem.code) ? found : [problem, ...found];
}

/** A problem as far as the caller may know it. */
export function problemFor(problem: DashkeepError, caller: Caller): Status['warnings'][number] {
  return caller.home ? failureText(problem) : hidden(problem.code);
}

function warningOf(code: ErrorCode, why: KnownReason, advice: KnownReason): Status['warnings'][number] {
  return { code, message: sentenceOf(why), hint: sentenceOf(advice), why, advice };
}

/** What to do about an organization that no backup covers. */
export const INCLUDE_ORG = reason('include-org');

/**
 * What is said of an organization that no backup of the service covers.
 * @param byCommands - whether commands have the credentials of an admin, who reaches all
 */
export function notCovered({ id, name }: { id: number; name: string }, byCommands = false): KnownReason {
  return reason(byCommands ? 'org-not-in-service' : 'org-not-covered', { id: String(id), name });
}
