import { readFileSync } from 'node:fs';
import type { Difference } from '../../recording/compare.ts';

/** Where the simulator is known to differ from recordings of these versions, and why that is accepted. */
export interface KnownDifference {
  reason: string;
  /** All when it isn't given. */
  versions?: string[];
  /** Area and step, as in `folders/create`; `*` represents any text, here and in the places. */
  steps: string[];
  /** Places in the response; any when it isn't given. */
  at?: string[];
}

const FILE = new URL('../../../golden/grafana/known-differences.json', import.meta.url);

export const KNOWN_DIFFERENCES = JSON.parse(readFileSync(FILE, 'utf8')) as KnownDifference[];

/** Differences that are not known, as sentences. */
export function surprises(version: string, found: Difference[], all = KNOWN_DIFFERENCES): string[] {
  return found
    .filter((one) => !all.some((known) => covers(known, version, one)))
    .map(({ step, at, recorded, simulated }) => `${step}: ${at} is ${recorded}, simulated ${simulated}`);
}

/** Patterns of known differences that fit none of those found in any version, as sentences. */
export function unused(found: { version: string; found: Difference[] }[], all = KNOWN_DIFFERENCES): string[] {
  const isMet = (known: KnownDifference): boolean =>
    found.some(({ version, found: ones }) => ones.some((one) => covers(known, version, one)));
  return all.flatMap((known) => {
    const { steps, at = ['*'] } = known;
    const stale = [
      ...steps.filter((step) => !isMet({ ...known, steps: [step] })).map((step) => `${step} (${at.join(', ')})`),
      ...at.filter((place) => !isMet({ ...known, at: [place] })).map((place) => `${steps.join(', ')} (${place})`),
    ];
    return [...new Set(stale)].map((text) => `${text} no longer differs: remove it from the known ones`);
  });
}

/** Whether a known difference explains a found one. */
function covers({ versions, steps, at }: KnownDifference, version: string, found: Difference): boolean {
  return (
    (versions === undefined || versions.includes(version)) &&
    steps.some((pattern) => matches(pattern, found.step)) &&
    (at === undefined || at.some((pattern) => matches(pattern, found.at)))
  );
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}
