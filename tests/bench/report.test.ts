import { describe, expect, it } from 'vitest';
import { median, percentile } from '../../bench/measure/statistics.ts';
import { mergeResults } from '../../bench/report/results.ts';
import { Lookup, summarize } from '../../bench/report/summary.ts';
import { tables } from '../../bench/report/tables.ts';
import { targetRows } from '../../bench/report/targets.ts';
import type { Sample } from '../../bench/types.ts';

function sample(given: Partial<Sample>): Sample {
  return {
    scenario: 'full',
    tool: 'dashkeep',
    profile: '13.2',
    dashboards: 5000,
    folders: 300,
    bytes: 30_000,
    latencyMs: 20,
    bucketLatencyMs: 0,
    ...given,
  };
}

describe('statistics', () => {
  it('take the middle, and the mean of two middles', () => {
    expect(median([9, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('take the smallest value that enough of them do not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(hundred, 0.95)).toBe(95);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile([7], 0.5)).toBe(7);
  });
});

describe('results of several runs', () => {
  it('replace earlier ones of the same scenario, setup and tool, all repetitions of them', () => {
    const earlier = [
      sample({ seconds: 1 }),
      sample({ seconds: 2 }),
      sample({ tool: 'bound' }),
      sample({ latencyMs: 5 }),
    ];
    const merged = mergeResults(earlier, [sample({ seconds: 3 })]);
    expect(merged.map(({ tool, latencyMs, seconds }) => [tool, latencyMs, seconds])).toEqual([
      ['bound', 20, undefined],
      ['dashkeep', 5, undefined],
      ['dashkeep', 20, 3],
    ]);
  });

  it('become medians beside the worst completeness', () => {
    const complete = { expected: 10, stored: 10, lost: 0 };
    const [one, ...others] = summarize([
      sample({ seconds: 3, figures: { 'p95 (ms)': 1 }, completeness: complete }),
      sample({ seconds: 1, figures: { 'p95 (ms)': 9 }, completeness: { expected: 10, stored: 8, lost: 2 } }),
      sample({ seconds: 2, figures: { 'p95 (ms)': 2 }, completeness: complete }),
    ]);
    expect(others).toEqual([]);
    expect(one).toMatchObject({ runs: 3, seconds: 2, figures: { 'p95 (ms)': 2 }, completeness: { lost: 2 } });
  });
});

describe('the report', () => {
  const peer = 'ysde/grafana-backup-tool';
  const complete = { expected: 5001, stored: 5001, lost: 0 };

  it('sets our time beside the lower bound, and that of others beside ours', () => {
    const text = tables(
      summarize([
        sample({ seconds: 6, completeness: complete }),
        sample({ tool: 'bound', seconds: 5 }),
        sample({ tool: peer, seconds: 120, completeness: { expected: 501, stored: 501, lost: 0 }, scaledFrom: 500 }),
      ]),
    );
    expect(text).toContain('| 1.20 × bound |');
    expect(text).toContain('| 20.00 × dashkeep |');
    expect(text).toContain('501 / 501 / 0 of the sample');
    expect(text).not.toContain('CPU s');
  });

  it('does not call a tool fast that kept nothing', () => {
    const samples = [
      sample({ seconds: 6, completeness: complete }),
      sample({ tool: peer, seconds: 1, completeness: { expected: 501, stored: 0, lost: 501 } }),
    ];
    expect(tables(summarize(samples))).not.toContain('× dashkeep');
    const targets = targetRows(new Lookup(summarize(samples)));
    expect(targets.filter(([what]) => what?.includes('ysde'))).toEqual([]);
  });

  it('says of each target whether it is met, and nothing of what was not measured', () => {
    const rows = targetRows(
      new Lookup(summarize([sample({ seconds: 6, peakMB: 150 }), sample({ tool: 'bound', seconds: 5 })])),
    );
    expect(rows.slice(1).map(([, target, , measured, met]) => [target, measured, met])).toEqual([
      ['≤ 1.15 ×', '1.2 ×', '**missed**'],
      ['≤ 200 MB', '150 MB', 'met'],
    ]);
  });
});
