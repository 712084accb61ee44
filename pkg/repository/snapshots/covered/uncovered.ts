import type { KnownReason } from '../../../contract/reasons/catalogue.ts';
import { coverageOf, type Covered } from '../coverage.ts';

const OF_ORGS: ReadonlySet<string> = new Set([
  'covers-own-org',
  'covers-least-orgs',
  'covers-unknown-org',
  'covers-unknown-orgs',
  'lacks-given-orgs',
]);
const OF_KINDS: ReadonlySet<string> = new Set([
  'lacks-server-kinds',
  'lacks-set-kinds',
  'lacks-failed',
  'lacks-failed-in',
]);
const ADVICE: ReadonlySet<string> = new Set(['include-orgs', 'include-given-orgs', 'confirm-orgs']);

/** The parts of its coverage about what is, or may be, left out, though no one excluded it. */
export function uncoveredBy(covered: Covered): KnownReason[] {
  const { parts, advice } = coverageOf(covered);
  const lacksOrgs = advice.some(({ code }) => ADVICE.has(code));
  const isClosed = parts.some(({ code }) => code === 'lacks-closed-orgs');
  const lacksKinds = parts.some(({ code }) => OF_KINDS.has(code));
  return parts.filter(
    ({ code }) =>
      OF_KINDS.has(code) ||
      code === 'lacks-closed-orgs' ||
      (code === 'covers-kinds' && lacksKinds) ||
      (code === 'covers-every-org' && isClosed) ||
      (lacksOrgs && OF_ORGS.has(code)),
  );
}
