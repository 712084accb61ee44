import { median } from '../measure/statistics.ts';
import type { Sample, Setup } from '../types.ts';
import { groupOf, keyOf } from './results.ts';

/** The repetitions of one measurement as one: medians, and the worst completeness. */
export interface Summary extends Sample {
  runs: number;
}

const NUMBERS = [
  'seconds',
  'cpuSeconds',
  'peakMB',
  'requests',
  'readMB',
  'bucketRequests',
  'serverCpuSeconds',
] as const;

export function summarize(samples: readonly Sample[]): Summary[] {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = keyOf(sample);
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  return [...groups.values()].map(summary);
}

function summary(samples: Sample[]): Summary {
  const [first] = samples as [Sample];
  const medians = Object.fromEntries(NUMBERS.map((name) => [name, medianOf(samples.map((sample) => sample[name]))]));
  const names = Object.keys(first.figures ?? {});
  const figures = names.map((name) => [name, medianOf(samples.map(({ figures }) => figures?.[name]))]);
  const worst = samples
    .map(({ completeness }) => completeness)
    .filter((one) => one !== undefined)
    .sort((a, b) => b.lost - a.lost)[0];
  const notes = [...new Set(samples.map(({ note }) => note).filter((note) => note !== undefined))];
  return {
    ...first,
    ...medians,
    figures: Object.fromEntries(figures) as Record<string, number>,
    completeness: worst,
    note: notes.length === 0 ? undefined : notes.join('; '),
    runs: samples.length,
  };
}

function medianOf(values: (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : median(known);
}

/** Finds what was measured. */
export class Lookup {
  readonly summaries: readonly Summary[];

  constructor(summaries: readonly Summary[]) {
    this.summaries = summaries;
  }

  find(scenario: string, tool: string, setup: Partial<Setup>): Summary | undefined {
    const wanted = Object.entries({ scenario, tool, ...setup });
    return this.summaries.find((one) => wanted.every(([name, value]) => one[name as keyof Summary] === value));
  }

  /** What another tool needed for the same thing. */
  beside(summary: Summary, tool: string): Summary | undefined {
    const group = groupOf(summary);
    return this.summaries.find((one) => one.tool === tool && groupOf(one) === group);
  }
}
