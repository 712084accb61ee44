import type { Setup } from '../types.ts';
import { PROFILE_NAMES } from '../../tests/support/grafana/profiles/profiles.ts';
import { HELD_TO_EIGHT } from '../tools/dashkeep.ts';
import type { Lookup, Summary } from './summary.ts';
import { short } from './format.ts';

interface Target {
  what: string;
  limit: number;
  unit: string;
  /** Whether more is better; less is, unless said. */
  atLeast?: boolean;
  /** Only where `/apis` is read. */
  apis?: boolean;
  measured(lookup: Lookup, at: Partial<Setup>): number | undefined;
}

const USUAL: Partial<Setup> = { dashboards: 5000, latencyMs: 20, bucketLatencyMs: 0 };
const MANY: Partial<Setup> = { ...USUAL, dashboards: 20_000 };

const TARGETS: Target[] = [
  {
    what: 'full backup (5,000 dashboards, 20 ms), compared with the lower bound',
    limit: 1.15,
    unit: '×',
    measured: (lookup, at) => ratio(at, lookup, 'full', 'bound'),
  },
  byBoundWithEight('the same, compared with the lower bound with 8 concurrent requests', 'dashkeep'),
  byBoundWithEight('the same, limited to 8 concurrent requests, compared with that bound', HELD_TO_EIGHT),
  {
    what: 'the same, compared with the lower bound with processing',
    limit: 1.3,
    unit: '×',
    measured: (lookup, at) => ratio(at, lookup, 'full', 'bound with processing'),
  },
  {
    what: 'the same, times faster than ysde’s tool',
    limit: 15,
    unit: '×',
    atLeast: true,
    measured: (lookup, at) => inverse(ratio(at, lookup, 'full', 'ysde/grafana-backup-tool')),
  },
  {
    what: 'the same, times faster than sequential bare requests',
    limit: 8,
    unit: '×',
    atLeast: true,
    measured: (lookup, at) => inverse(ratio(at, lookup, 'full', 'sequential requests')),
  },
  {
    what: 'the same: peak memory',
    limit: 200,
    unit: 'MB',
    measured: (lookup, at) => lookup.find('full', 'dashkeep', { ...USUAL, ...at })?.peakMB,
  },
  share('unchanged: share of the full backup’s time', 'unchanged', '% of the full backup’s time', 3),
  share('unchanged: share of the full backup’s bytes', 'unchanged', '% of its bytes', 3),
  share(
    'unchanged: requests per page of the full backup’s lists',
    'unchanged',
    'requests per page of its lists',
    2,
    '×',
  ),
  share('1 % changed: share of the full backup’s time', 'changed-1', '% of the full backup’s time', 8),
  {
    what: 'restore of 5,000, compared with the lower bound for its writes',
    limit: 1.3,
    unit: '×',
    measured: (lookup, at) => ratio(at, lookup, 'restore-all', 'bound'),
  },
  {
    what: 'the same, compared with the lower bound with reads',
    limit: 1.3,
    unit: '×',
    measured: (lookup, at) => ratio(at, lookup, 'restore-all', 'bound with reads'),
  },
  {
    what: '20,000 dashboards: time per dashboard, compared with 5,000',
    limit: 1.1,
    unit: '×',
    measured(lookup, at) {
      const [many, few] = [MANY, USUAL].map((setup) => each(lookup.find('full', 'dashkeep', { ...setup, ...at })));
      return many === undefined || few === undefined ? undefined : many / few;
    },
  },
  {
    what: '20,000 dashboards: peak memory',
    limit: 200,
    unit: 'MB',
    measured: (lookup, at) => lookup.find('full', 'dashkeep', { ...MANY, ...at })?.peakMB,
  },
  {
    what: 'the same, compared with 5,000',
    limit: 1,
    unit: '×',
    measured(lookup, at) {
      const [many, few] = [MANY, USUAL].map((setup) => lookup.find('full', 'dashkeep', { ...setup, ...at })?.peakMB);
      return many === undefined || few === undefined ? undefined : many / few;
    },
  },
  share('signing and checking: share of the full backup’s time', 'signing', '% of the time', 2),
  figure(
    'one dashboard of 20 MB: memory above the baseline',
    'big',
    'dashkeep, backup',
    'MB above baseline',
    120,
    'MB',
  ),
  figure('a user’s p95 during a backup, compared with no backup', 'gentle', 'dashkeep', 'p95 ratio', 1.5, '×'),
  {
    what: 'first page of 10,000 snapshots: requests to the bucket',
    limit: 3,
    unit: '',
    measured: (lookup, at) => lookup.find('history', 'first page of the service', at)?.bucketRequests,
  },
  {
    what: 'the same with `dashkeep snapshots`, including its start',
    limit: 3,
    unit: '',
    measured: (lookup, at) => lookup.find('history', 'dashkeep snapshots', at)?.bucketRequests,
  },
  {
    what: '10,000 snapshots of 5,000 dashboards: index of versions, per unchanged resource and snapshot',
    limit: 1,
    unit: 'bytes',
    measured: (lookup, at) =>
      lookup.find('versions', 'index of versions, built from scratch', { ...at, dashboards: 5000 })?.figures?.[
        'bytes per unchanged resource and snapshot'
      ],
  },
  fromIndexes('the same: versions of one resource', 'versions of one resource, without bodies', 300),
  fromIndexes(
    'the same: a page of a folder with its contents',
    'versions in a folder with everything, without bodies',
    300,
  ),
  fromIndexes(
    'the same: search for a panel that every dashboard contains',
    'search for a panel of every dashboard',
    1000,
  ),
  figure('service: start to ready', 'service', 'dashkeep serve', 'start to ready (ms)', 1000, 'ms'),
  figure('service: idle memory', 'service', 'dashkeep serve', 'idle (MB)', 90, 'MB'),
  figure('service: status response, p99', 'service', 'dashkeep serve', 'status, p99 (ms)', 5, 'ms'),
  page('history of 10,000 snapshots'),
  page('snapshot of 20,000 resources'),
  page('resource, a 2 MB dashboard'),
  page('difference of a 2 MB dashboard'),
  page('restore, with 20,000 to choose from'),
  page('restore plan of 20,000'),
];

/** Each target beside what was measured, for every Grafana that it was measured on. */
export function targetRows(lookup: Lookup): string[][] {
  const rows = TARGETS.flatMap((target) =>
    PROFILE_NAMES.flatMap((profile) => {
      const value = target.apis === true && profile < '12' ? undefined : target.measured(lookup, { profile });
      return value === undefined ? [] : [row(target, profile, value)];
    }),
  );
  return rows.length === 0 ? [] : [['criterion', 'target', 'Grafana', 'measured', ''], ...rows];
}

function row({ what, limit, unit, atLeast }: Target, profile: string, value: number): string[] {
  const met = atLeast === true ? value >= limit : value <= limit;
  return [
    what,
    `${atLeast === true ? '≥' : '≤'} ${limit} ${unit}`.trim(),
    profile,
    `${short(value)} ${unit}`.trim(),
    met ? 'met' : '**missed**',
  ];
}

function figure(what: string, scenario: string, tool: string, name: string, limit: number, unit: string): Target {
  return { what, limit, unit, measured: (lookup, at) => lookup.find(scenario, tool, at)?.figures?.[name] };
}

/** How long an answer from the indexes of 10 000 snapshots takes. */
function fromIndexes(what: string, tool: string, limit: number): Target {
  return {
    what,
    limit,
    unit: 'ms',
    measured(lookup, at) {
      const seconds = lookup.find('versions', tool, { ...at, dashboards: 5000 })?.seconds;
      return seconds === undefined ? undefined : seconds * 1000;
    },
  };
}

function page(name: string): Target {
  return figure(`page: ${name}, in the app`, 'pages', name, 'in the app (ms)', 1000, 'ms');
}

function byBoundWithEight(what: string, tool: string): Target {
  return {
    what,
    limit: 1.3,
    unit: '×',
    measured(lookup, at) {
      const own = lookup.find('full', tool, { ...USUAL, ...at });
      const eight = own && lookup.beside(own, 'bound')?.figures?.['s with 8'];
      return own?.seconds === undefined || eight === undefined ? undefined : own.seconds / eight;
    },
  };
}

function share(what: string, scenario: string, name: string, limit: number, unit = '%'): Target {
  return {
    what,
    limit,
    unit,
    apis: scenario === 'unchanged',
    measured: (lookup, at) => lookup.find(scenario, 'dashkeep', { ...USUAL, ...at })?.figures?.[name],
  };
}

function ratio(at: Partial<Setup>, lookup: Lookup, scenario: string, to: string): number | undefined {
  const own = lookup.find(scenario, 'dashkeep', { ...USUAL, ...at });
  const other = own === undefined ? undefined : lookup.beside(own, to);
  if (own?.seconds === undefined || other?.seconds === undefined || other.completeness?.stored === 0) {
    return undefined;
  }
  return own.seconds / other.seconds;
}

function inverse(value: number | undefined): number | undefined {
  return value === undefined ? undefined : 1 / value;
}

function each(summary: Summary | undefined): number | undefined {
  return summary?.seconds === undefined ? undefined : summary.seconds / summary.dashboards;
}
