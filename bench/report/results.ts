import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Sample } from '../types.ts';

export const RESULTS = 'build/bench.json';

/** What was measured before; nothing when there is no such file. */
export function loadResults(path = RESULTS): Sample[] {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { samples: Sample[] }).samples;
  } catch {
    return [];
  }
}

export function saveResults(samples: readonly Sample[], path = RESULTS): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify({ samples }, null, 2)}\n`);
}

/** New runs take the place of all earlier ones of the same tool in the same scenario and setup. */
export function mergeResults(earlier: readonly Sample[], later: readonly Sample[]): Sample[] {
  const replaced = new Set(later.map(keyOf));
  return [...earlier.filter((sample) => !replaced.has(keyOf(sample))), ...later];
}

/** Samples with one key are repetitions of one measurement. */
export function keyOf(sample: Sample): string {
  return `${groupOf(sample)}|${sample.tool}`;
}

/** Samples with one of these were measured on the same thing and can be compared. */
export function groupOf({ scenario, profile, dashboards, bytes, latencyMs, bucketLatencyMs }: Sample): string {
  return [scenario, profile, dashboards, bytes, latencyMs, bucketLatencyMs].join('|');
}
