import type { KnownReason } from '../../../contract/reasons/catalogue.ts';
import { coverageOf, type Covered } from '../coverage.ts';

const OF_ORGS: ReadonlySet<string> = new Set(['covers-own-org', 'covers-least-orgs', 'lacks-given-orgs']);

/** The parts of its coverage that name what is left out, though no one excluded it and nothing failed. */
export function uncoveredBy(covered: Covered): KnownReason[] {
  const { parts, advice } = coverageOf(covered);
  const lacksOrgs = advice.some(({ code }) => code === 'include-orgs' || code === 'include-given-orgs');
  return parts.filter(({ code }) => code === 'lacks-server-kinds' || (lacksOrgs && OF_ORGS.has(code)));
}
