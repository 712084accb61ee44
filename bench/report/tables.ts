import { SCENARIOS } from '../scenarios/index.ts';
import { Lookup, type Summary } from './summary.ts';
import { short, whole } from './format.ts';
import { markdown } from './markdown.ts';
import { targetRows } from './targets.ts';

interface Column {
  title: string;
  text(summary: Summary, lookup: Lookup): string;
  left?: boolean;
}

const COLUMNS: Column[] = [
  { title: 'Grafana', text: ({ profile }) => profile, left: true },
  { title: 'dashboards', text: ({ dashboards }) => whole(dashboards) },
  { title: 'ms per request', text: ({ latencyMs }) => String(latencyMs) },
  { title: 'tool', text: ({ tool }) => tool, left: true },
  { title: 'seconds', text: ({ seconds }) => short(seconds) },
  { title: 'ratio', text: ratio, left: true },
  { title: 'CPU s', text: ({ cpuSeconds }) => short(cpuSeconds) },
  { title: 'servers’ CPU s', text: ({ serverCpuSeconds }) => short(serverCpuSeconds) },
  { title: 'peak MB', text: ({ peakMB }) => whole(peakMB) },
  { title: 'requests', text: ({ requests }) => whole(requests) },
  { title: 'MB read', text: ({ readMB }) => short(readMB) },
  { title: 'bucket requests', text: ({ bucketRequests }) => whole(bucketRequests) },
  { title: 'expected / stored / lost', text: completeness },
  { title: 'details', text: more, left: true },
];

/** Everything that was measured as Markdown: the targets first, then a table for each scenario. */
export function tables(summaries: readonly Summary[]): string {
  const lookup = new Lookup(summaries);
  const sections = Object.entries(SCENARIOS).map(([name, { title }]) => {
    const rows = summaries.filter(({ scenario }) => scenario === name).sort(bySetup);
    return rows.length === 0 ? '' : `### ${title}\n\n${table(rows, lookup)}\n`;
  });
  const targets = targetRows(lookup);
  const head = targets.length === 0 ? '' : `### Targets\n\n${markdown(targets)}\n`;
  const commits = [...new Set(summaries.map(({ commit }) => commit).filter((commit) => commit !== undefined))];
  const when = commits.length === 0 ? '' : `Measured at commit ${commits.join(', ')}.\n`;
  return [when, head, ...sections].filter((section) => section !== '').join('\n');
}

function bySetup(a: Summary, b: Summary): number {
  return (
    a.profile.localeCompare(b.profile) || a.dashboards - b.dashboards || a.latencyMs - b.latencyMs || rank(a) - rank(b)
  );
}

/** Ours first, beside the bound; the others as they were measured. */
function rank({ tool }: Summary): number {
  return tool.startsWith('bound') ? 1 : tool.startsWith('dashkeep') ? 0 : 2;
}

function table(rows: readonly Summary[], lookup: Lookup): string {
  const cells = COLUMNS.map(({ text }) => rows.map((row) => text(row, lookup)));
  const used = COLUMNS.map((column, index) => ({ column, texts: cells[index] ?? [] })).filter(({ texts }) =>
    texts.some((text) => text !== ''),
  );
  return markdown(
    [used.map(({ column }) => column.title), ...rows.map((_, row) => used.map(({ texts }) => texts[row] ?? ''))],
    used.map(({ column }) => column.left === true),
  );
}

/** Our own time by the lower bound's, everybody else's by ours. */
function ratio(summary: Summary, lookup: Lookup): string {
  const { tool, seconds } = summary;
  const other = lookup.beside(summary, tool === 'dashkeep' ? 'bound' : 'dashkeep');
  const nothing = summary.completeness?.stored === 0;
  if (seconds === undefined || other?.seconds === undefined || tool.startsWith('bound') || nothing) {
    return '';
  }
  return `${(seconds / other.seconds).toFixed(2)} × ${other.tool}`;
}

function completeness({ completeness: found, scaledFrom }: Summary): string {
  return found === undefined
    ? ''
    : `${found.expected} / ${found.stored} / ${found.lost}${scaledFrom === undefined ? '' : ' of the sample'}`;
}

function more({ figures = {}, scaledFrom, note, runs }: Summary): string {
  return [
    ...Object.entries(figures).map(([name, value]) => `${name}: ${short(value)}`),
    scaledFrom === undefined ? '' : `${scaledFrom} measured, extrapolated`,
    note ?? '',
    runs > 1 ? `${runs} runs` : '',
  ]
    .filter((part) => part !== '')
    .join('; ');
}
