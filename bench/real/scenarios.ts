import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { measure, type Measured } from '../measure/process.ts';
import { median } from '../measure/statistics.ts';
import { KINDS, PROGRAM } from '../tools/dashkeep.ts';
import { annotate } from './annotate.ts';
import { dashkeepEnvironment } from './environment.ts';
import { bareListing } from './bare.ts';
import { edit, fill } from './fill.ts';
import { fillKinds } from './kinds.ts';
import { between, type RealGrafana } from './grafana.ts';
import { whilePeopleRead } from './person.ts';
import { SCENARIOS, type RealReport, type RealResult } from './rows.ts';
import { measureService } from './service.ts';

const IDLE_MS = 10_000;
/** One dashboard of a hundred. */
const CHANGED = 0.01;
/** How often the list and the backup that are compared run, in turn: Grafana's speed changes while it is asked. */
const PAIRS = 3;
/** Routes that a table names. */
const NAMED_ROUTES = 5;

type Counted = Omit<RealResult, 'scenario' | 'p95'>;

/** Measures everything on one Grafana, filling it first where it is empty. */
export async function measureReal(
  grafana: RealGrafana,
  { dashboards, bytes }: { dashboards: number; bytes: number },
): Promise<RealReport> {
  await fill(grafana, dashboards, bytes);
  await annotate(grafana, dashboards);
  await fillKinds(grafana, dashboards);
  const uids = await grafana.uids();
  const load = loadavg()[0] ?? 0;
  const results: RealResult[] = [];
  const add = (result: RealResult): void => {
    console.error(`${result.scenario}: ${result.seconds.toFixed(2)} s`);
    results.push(result);
  };
  const directory = await mkdtemp(join(tmpdir(), 'dashkeep-bench-real-'));
  try {
    const backup = (name: string, ...args: string[]): Promise<Measured> => dashkeep(grafana, directory, name, args);
    const counted = async (name: string, ...args: string[]): Promise<Counted> => {
      const before = await grafana.requests();
      const { seconds, peakMB } = await backup(name, ...args);
      const after = await grafana.requests();
      const routes = before && after && between(before, after);
      return {
        seconds,
        peakMB,
        ...(routes === undefined
          ? {}
          : { requests: routes.reduce((sum, [, count]) => sum + count, 0), routes: routes.slice(0, NAMED_ROUTES) }),
      };
    };
    const watched = async (scenario: string, run: () => Promise<unknown>): Promise<void> => {
      const started = performance.now();
      const { p95 } = await whilePeopleRead(grafana, uids, run);
      add({ scenario, seconds: (performance.now() - started) / 1000, p95 });
    };
    const change = (round: number): Promise<void> =>
      edit(grafana, Math.ceil(dashboards * CHANGED), dashboards, bytes, round);
    const bare: number[] = [];
    const full: Counted[] = [];
    for (let pair = 1; pair <= PAIRS; pair++) {
      bare.push(await bareListing(grafana));
      full.push(await counted(`dashboards-${pair}`, ...KINDS));
    }
    add({ scenario: SCENARIOS.bare, seconds: median(bare) });
    add({ scenario: SCENARIOS.dashboards, ...middle(full) });
    add({ scenario: SCENARIOS.full, ...(await counted('all')) });
    add({ scenario: SCENARIOS.unchanged, ...(await counted('all')) });
    await change(1);
    add({ scenario: SCENARIOS.changed, ...(await counted('all')) });
    await watched(SCENARIOS.idle, () => wait(IDLE_MS));
    await watched(SCENARIOS.duringDashboards, () => backup('watched', ...KINDS));
    await watched(SCENARIOS.duringFull, () => backup('watched-all'));
    await watched(SCENARIOS.duringUnchanged, () => backup('watched-all'));
    await measureService(grafana, { directory, uids, edit: change, add });
    return {
      version: await grafana.version(),
      dashboards: uids.length,
      bytes,
      load: [load, loadavg()[0] ?? 0],
      results,
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The run of median time. */
function middle(runs: readonly Counted[]): Counted {
  const time = median(runs.map(({ seconds }) => seconds));
  const off = ({ seconds }: Counted): number => Math.abs(seconds - time);
  return runs.reduce((best, run) => (off(run) < off(best) ? run : best));
}

/** @throws when the backup is not complete: its time would say nothing. */
async function dashkeep(grafana: RealGrafana, directory: string, name: string, args: string[]): Promise<Measured> {
  const measured = await measure({
    file: process.execPath,
    args: [PROGRAM, 'backup', '--json', ...args],
    env: {
      ...dashkeepEnvironment(grafana, directory, name),
    },
  });
  if (measured.exit !== 0) {
    throw new Error(`dashkeep backup ended with ${measured.exit}: ${measured.output.slice(0, 2000)}`);
  }
  return measured;
}
