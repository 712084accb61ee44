import { short, whole } from '../report/format.ts';
import { markdown } from '../report/markdown.ts';
import { SCENARIOS, type RealReport, type RealResult } from './rows.ts';

/** Longest times of what people do in the app, in seconds. */
const IN_THE_APP: [scenario: string, limit: number | undefined][] = [
  [SCENARIOS.firstCompared, 8],
  [SCENARIOS.compared, undefined],
  [SCENARIOS.backupNow, undefined],
  [SCENARIOS.planOne, 1.5],
  [SCENARIOS.restoreOne, 4],
  [SCENARIOS.planAll, 15],
  [SCENARIOS.search, 1],
];

/** What was measured on one Grafana as Markdown: the targets, then each scenario. */
export function realTables(report: RealReport): string {
  const { version, dashboards, bytes, load, commit, results } = report;
  const find = (scenario: string): RealResult | undefined => results.find((one) => one.scenario === scenario);
  const head =
    `Measured on Grafana ${version} with ${whole(dashboards)} dashboards of ${whole(bytes / 1000)} KB` +
    `${commit === undefined ? '' : `, at commit ${commit}`}. ` +
    `Load average of the machine: ${short(load[0])} before, ${short(load[1])} after; Grafana ran on it too.`;
  const rows = results.map((result) => [
    result.scenario,
    short(result.seconds),
    ratioOf(result, find),
    whole(result.requests),
    whole(result.peakMB),
    short(result.p95),
    (result.routes ?? []).map(([route, count]) => `${whole(count)} × \`${route}\``).join(', '),
  ]);
  const titles = ['scenario', 'seconds', 'ratio', 'requests', 'peak MB', 'p95 ms', 'most frequent requests'];
  const left = [true, false, true, false, false, false, true];
  return [head, markdown(targetRows(find)), markdown([titles, ...rows], left)].join('\n\n');
}

type Find = (scenario: string) => RealResult | undefined;

/** By listing alone where that is the bound, by a user without a backup where users wait. */
function ratioOf({ scenario, seconds, p95 }: RealResult, find: Find): string {
  const [bare, idle] = [find(SCENARIOS.bare), find(SCENARIOS.idle)];
  if (p95 !== undefined && idle?.p95 !== undefined && scenario !== SCENARIOS.idle) {
    return `${short(p95 / idle.p95)} × without a backup`;
  }
  return scenario === SCENARIOS.dashboards && bare !== undefined
    ? `${short(seconds / bare.seconds)} × only listed`
    : '';
}

function targetRows(find: Find): string[][] {
  const [bare, idle, unchanged] = [find(SCENARIOS.bare), find(SCENARIOS.idle), find(SCENARIOS.unchanged)];
  const full = find(SCENARIOS.dashboards);
  const p95 = (scenario: string): number | undefined => quotient(find(scenario)?.p95, idle?.p95);
  const row = (what: string, limit: number, unit: string, value: number | undefined): string[][] =>
    value === undefined
      ? []
      : [[what, `≤ ${limit} ${unit}`.trim(), `${short(value)} ${unit}`.trim(), value <= limit ? 'met' : '**missed**']];
  return [
    ['target', '', 'measured', ''],
    ...row(
      'full backup of dashboards and folders, compared with listing them',
      1.3,
      '×',
      quotient(full?.seconds, bare?.seconds),
    ),
    ...row('all kinds, unchanged: time', 5, 's', unchanged?.seconds),
    ...row('all kinds, unchanged: requests', 100, '', unchanged?.requests),
    ...row(
      'p95 of a user during a full backup of dashboards and folders, compared with no backup',
      2,
      '×',
      p95(SCENARIOS.duringDashboards),
    ),
    ...row(
      'p95 of a user during a full backup of all kinds, compared with no backup',
      2,
      '×',
      p95(SCENARIOS.duringFull),
    ),
    ...row('p95 of a user during an unchanged backup, compared with no backup', 2, '×', p95(SCENARIOS.duringUnchanged)),
    ...row('full backup of all kinds: peak memory', 200, 'MB', find(SCENARIOS.full)?.peakMB),
    ...IN_THE_APP.flatMap(([scenario, limit]) => [
      ...(limit === undefined ? [] : row(scenario, limit, 's', find(scenario)?.seconds)),
      ...row(`p95 of a user during: ${scenario}`, 2, '×', p95(scenario)),
    ]),
  ];
}

function quotient(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one / other;
}
