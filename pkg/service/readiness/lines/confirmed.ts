import type { Confirmable } from '../../../contract/api/readiness.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { adviceOf, reasonFrom } from '../../../contract/reasons/reason.ts';
import { pendingRewrapFinding } from '../../../repository/encryption/recipient-findings.ts';
import type { ReadinessFacts, RepositoryFacts } from '../facts.ts';
import { copied } from './runs.ts';
import { DAY_MS, noBackup, QUARTER, unreadable, type LineResult } from './line.ts';

/** Whether a second copy exists: by what was copied to the second target, and without one by what a person says. */
export function secondCopy(facts: ReadinessFacts): LineResult {
  return facts.copy === undefined
    ? confirmation('second-copy', reason('ready-copy'), facts)
    : copied(facts.copy, facts);
}

/** Whether the private key that is set here opens the newest backup, and a copy of it exists elsewhere. */
export function privateKey({ encrypted, unopened, ...repository }: RepositoryFacts, facts: ReadinessFacts): LineResult {
  if (unopened !== undefined) {
    return { level: 'bad', found: [reasonFrom(unopened)], advice: [adviceOf(unopened)] };
  }
  const added = pendingRewrapFinding(repository);
  if (added !== undefined) {
    return { level: 'warning', found: [added.why], advice: [added.advice] };
  }
  return encrypted
    ? confirmation('private-key', reason('ready-keep-key'), facts)
    : { level: 'ok', found: [reason('ready-not-encrypted')] };
}

/** What has to be entered again, and whether it is stored elsewhere. */
export function secrets(
  { needed, notEntered, manifest, untrusted }: RepositoryFacts,
  facts: ReadinessFacts,
): LineResult {
  if (needed === undefined || needed instanceof DashkeepError) {
    return needed === undefined ? noBackup({ untrusted }) : unreadable(needed);
  }
  const { items, elsewhere } = needed.secrets;
  const count = items.length + (facts.home ? elsewhere : 0);
  if (notEntered.length > 0) {
    const { orgs = [] } = manifest ?? {};
    const inOrg = (id: number): string =>
      orgs.length < 2 ? '' : ` (${orgs.find((one) => one.id === id)?.name ?? id})`;
    const field = notEntered.map(({ org, title, detail }) => `${title}: ${detail}${inOrg(org)}`).join(', ');
    return { level: 'warning', found: [reason('enter-again', { field })], items };
  }
  if (count === 0) {
    return { level: 'ok', found: [reason('ready-none')] };
  }
  const { found, ...confirmed } = confirmation('secrets', reason('ready-keep-secrets'), facts);
  const others = facts.home && elsewhere > 0 ? [reason('ready-elsewhere', { count: String(elsewhere) })] : [];
  return { ...confirmed, found: [reason('ready-secrets', { count: String(count) }), ...others, ...found], items };
}

/** What only a person can know. It is asked again each quarter, and when it has changed. */
function confirmation(what: Confirmable, advice: KnownReason, facts: ReadinessFacts): LineResult {
  const { home, now } = facts;
  const given = facts.confirmations[what];
  const asked: Pick<LineResult, 'advice' | 'confirmable'> = {
    advice: [advice],
    ...(home ? { confirmable: true as const } : {}),
  };
  if (given === undefined) {
    return { level: 'unknown', found: [reason('ready-not-confirmed')], ...asked };
  }
  const { time: at, by } = given;
  if (given.about !== facts.about[what]) {
    return { level: 'warning', at, found: [reason('ready-confirmed-before')], ...asked };
  }
  if (now.getTime() - Date.parse(at) > QUARTER * DAY_MS) {
    return { level: 'warning', at, found: [reason('ready-confirmed-long-ago', { days: String(QUARTER) })], ...asked };
  }
  const found = by === undefined || !home ? reason('ready-confirmed') : reason('ready-confirmed-by', { by });
  return { level: 'ok', at, found: [found], ...asked };
}
