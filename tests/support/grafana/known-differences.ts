import { readFileSync } from 'node:fs';
import type { Difference } from '../recording/compare.ts';

/** Where the simulator is known to differ from recordings of these versions, and why that is accepted. */
export interface KnownDifferences {
  reason: string;
  versions: string[];
  /** Places by step; `area/*` stands for every step of an area. */
  differences: Record<string, string[]>;
}

const FILE = new URL('../../golden/grafana/known-differences.json', import.meta.url);

export const KNOWN_DIFFERENCES = JSON.parse(readFileSync(FILE, 'utf8')) as KnownDifferences[];

/** Differences that are not known, and known ones that are gone, as sentences. */
export function surprises(version: string, found: Difference[], all = KNOWN_DIFFERENCES): string[] {
  const known = new Set(
    all
      .filter(({ versions }) => versions.includes(version))
      .flatMap(({ differences }) =>
        Object.entries(differences).flatMap(([step, places]) => places.map((at) => keyOf(step, at))),
      ),
  );
  const met = new Set<string>();
  const unknown = found.filter(({ step, at }) => {
    const keys = [keyOf(step, at), keyOf(step.replace(/\/.*/, '/*'), at)].filter((key) => known.has(key));
    keys.forEach((key) => met.add(key));
    return keys.length === 0;
  });
  return [
    ...unknown.map(({ step, at, recorded, simulated }) => `${step}: ${at} is ${recorded}, simulated ${simulated}`),
    ...[...known]
      .filter((key) => !met.has(key))
      .map((key) => `${key} no longer differs: remove it from the known ones`),
  ];
}

function keyOf(step: string, at: string): string {
  return `${step}: ${at}`;
}
