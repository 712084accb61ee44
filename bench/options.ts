import { parseArgs } from 'node:util';
import { PROFILE_NAMES, type ProfileName } from '../tests/support/grafana/profiles/profiles.ts';
import { SCENARIOS } from './scenarios/index.ts';
import type { Setup } from './types.ts';

export const HELP = `npm run bench -- [options]

  --only ${Object.keys(SCENARIOS).join(',')}
                             only these scenarios (default: all)
  --tools dashkeep,bound,…   only these tools (default: all that can run)
  --profile ${PROFILE_NAMES.join(',')}  versions of Grafana (default: 13.2)
  --dashboards 1000,5000     numbers of dashboards (default: 1000, or those of the scenario)
  --latency 20               milliseconds added to every request to Grafana
  --bucket-latency 0         milliseconds added to every request to the bucket
  --bytes 30000              approximate size of a dashboard
  --repeat 1                 number of runs; the tables show medians
  --sample 500               number of dashboards for slow tools, whose times are extrapolated; 0 = all
  --all                      all combinations; takes a long time
  --merge                    keep the results of other scenarios, setups and tools in build/bench.json
  --grafana URL              measure a real, disposable Grafana instead, and fill it if it is empty. Of the options above,
                             only --dashboards (3000) and --bytes (28000) apply. GRAFANA_ADMIN_USER and
                             GRAFANA_ADMIN_PASSWORD are the credentials of its administrator
  --report                   run nothing, only show build/bench.json
  --write                    write the tables to bench/performance.md
`;

export interface Options {
  /** Scenarios with the setups to run them on. */
  runs: { scenario: string; setup: Setup }[];
  tools: string[] | undefined;
  repeat: number;
  sample: number;
  /** Whether earlier results stay. */
  merge: boolean;
  write: boolean;
  help: boolean;
  /** A real Grafana to measure on, and how it is filled. */
  real: { url: string; dashboards: number; bytes: number } | undefined;
}

/** Six of a hundred dashboards have a separate folder: 300 folders for 5 000. */
const FOLDERS_PER_DASHBOARD = 0.06;

/** What `--all` measures: sizes at 20 ms, latencies at 5 000. */
const MATRIX: Record<string, [dashboards: number, latency: number][]> = {
  full: [
    [1000, 20],
    [5000, 5],
    [5000, 20],
    [5000, 100],
    [20_000, 20],
  ],
};

/** @throws when an option or one of its values is unknown. */
export function optionsOf(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      tools: { type: 'string' },
      profile: { type: 'string' },
      dashboards: { type: 'string' },
      latency: { type: 'string' },
      'bucket-latency': { type: 'string', default: '0' },
      bytes: { type: 'string' },
      grafana: { type: 'string' },
      repeat: { type: 'string', default: '1' },
      sample: { type: 'string', default: '500' },
      all: { type: 'boolean', default: false },
      merge: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const profiles = listOf(values.profile) ?? (values.all ? ['11.6', '13.2'] : ['13.2']);
  const setup = (profile: string, dashboards: number, latencyMs: number): Setup => ({
    profile: known(profile, PROFILE_NAMES) as ProfileName,
    dashboards,
    folders: Math.ceil(dashboards * FOLDERS_PER_DASHBOARD),
    bytes: Number(values.bytes ?? 30_000),
    latencyMs,
    bucketLatencyMs: Number(values['bucket-latency']),
  });
  const sizes = (scenario: string): [number, number][] => {
    const own = SCENARIOS[scenario]?.dashboards ?? (values.all ? 5000 : 1000);
    if (values.all && values.dashboards === undefined && MATRIX[scenario] !== undefined) {
      return MATRIX[scenario];
    }
    const dashboards = listOf(values.dashboards)?.map(Number) ?? [own];
    const latencies = listOf(values.latency)?.map(Number) ?? [20];
    return dashboards.flatMap((count) => latencies.map((latency): [number, number] => [count, latency]));
  };
  const names = Object.keys(SCENARIOS);
  const scenarios = (listOf(values.only) ?? names).map((name) => known(name, names));
  return {
    runs: (values.report ? [] : scenarios).flatMap((scenario) =>
      profiles.flatMap((profile) =>
        sizes(scenario).map(([dashboards, latency]) => ({ scenario, setup: setup(profile, dashboards, latency) })),
      ),
    ),
    tools: listOf(values.tools),
    repeat: Number(values.repeat),
    sample: Number(values.sample),
    merge: values.merge || values.report,
    write: values.write,
    help: values.help,
    real:
      values.grafana === undefined
        ? undefined
        : { url: values.grafana, dashboards: Number(values.dashboards ?? 3000), bytes: Number(values.bytes ?? 28_000) },
  };
}

function listOf(text: string | undefined): string[] | undefined {
  return text?.split(',').map((part) => part.trim());
}

function known(value: string, among: readonly string[]): string {
  if (!among.includes(value)) {
    throw new Error(`'${value}' is none of ${among.join(', ')}`);
  }
  return value;
}
