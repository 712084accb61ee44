import { rename, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Clock } from '../../pkg/contract/ports.ts';
import { call } from '../simulator/http.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { realClock } from '../support/ports.ts';

/** A restore that came to its end, and whose record the target no longer takes. */
let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let shown: string;
let environment: Record<string, string>;

/** Short pauses take no time; heartbeats do. */
function quickClock(): Clock {
  let passed = 0;
  return {
    ...realClock,
    monotonic: () => realClock.monotonic() + passed,
    sleep(milliseconds, signal) {
      if (milliseconds > 20_000) {
        return realClock.sleep(milliseconds, signal);
      }
      passed += milliseconds;
      return Promise.resolve();
    },
  };
}

function cli(...args: string[]): Promise<Ended> {
  const stderr = { write: (text: string) => (shown += text) } as unknown as NodeJS.WriteStream;
  return runCli(args, environment, { stderr, clock: quickClock() });
}

const runs = (): string => `${directory.path}/repository/runs`;

/** As if the target was away from a request to Grafana on. @returns what brings it back */
function breakTargetAfter(match: RegExp): () => Promise<void> {
  const broken = async (): Promise<void> => {
    await rename(runs(), `${runs()}-away`);
    await writeFile(runs(), '');
  };
  grafana.setFaults({ match, action: { kind: 'after', run: broken }, times: 1 });
  return async () => {
    grafana.setFaults();
    await rm(runs());
    await rename(`${runs()}-away`, runs());
  };
}

beforeEach(async () => {
  shown = '';
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  environment = {
    ...{ GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: grafana.token() },
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_KINDS: 'dashboard',
  };
  await call(grafana, 'admin:admin', 'POST /api/dashboards/db', { dashboard: { uid: 'cart', title: 'Cart' } });
  await cli('backup');
  await call(grafana, 'admin:admin', 'DELETE /api/dashboards/uid/cart');
});
afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

it('exits with 3 and names the command that records the end of a restore', async () => {
  const mend = breakTargetAfter(/^POST .*dashboards/);
  const { exit, out } = await cli('restore', 'latest', '--apply');
  expect(exit).toBe(3);
  expect(out).toMatch(/The record of this run could not be written: .*\nThe results above are correct, but/);
  const [, finish = ''] = /run this command.*:\n(dashkeep restore .*)\n/.exec(out) ?? [];
  await mend();
  await cli('runs');
  expect(shown).toMatch(/Restore \S+ did not finish/);
  const { exit: again, out: after } = await runCli(finish.split(' ').slice(1), environment);
  expect([again, after]).toEqual([0, expect.stringContaining('Nothing to write.')]);
  shown = '';
  await cli('runs');
  expect(shown).toBe('');
});

it('says it of an undo, as JSON', async () => {
  const { run, confirm } = (await cli('restore', 'latest', '--apply', '--json')).json;
  const mend = breakTargetAfter(/^DELETE .*dashboards/);
  const typed = ['--apply', '--json', '--confirm', (confirm ?? 'Main Org.') as string];
  const { exit, json } = await cli('restore', '--undo', run, ...typed);
  await mend();
  expect([exit, json.recordFailure]).toEqual([3, expect.stringContaining('is a file')]);
});
