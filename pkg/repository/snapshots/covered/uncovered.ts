import type { KnownReason } from '../../../contract/reasons/catalogue.ts';
import { coverageOf, type Covered } from '../coverage.ts';

const OF_ORGS: ReadonlySet<string> = new Set([
  'covers-own-org',
  'covers-least-orgs',
  'covers-unknown-org',
  'covers-unknown-orgs',
  'lacks-given-orgs',
]);
const ADVICE: ReadonlySet<string> = new Set(['include-orgs', 'include-given-orgs', 'confirm-orgs']);

/** The parts of its coverage about what is, or may be, left out, though no one excluded it and nothing failed. */
export function uncoveredBy(covered: Covered): KnownReason[] {
  const { parts, advice } = coverageOf(covered);
  const lacksOrgs = advice.some(({ code }) => ADVICE.has(code));
  return parts.filter(({ code }) => code === 'lacks-server-kinds' || (lacksOrgs && OF_ORGS.has(code)));
}
