import { expect, it } from 'vitest';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { silentLog, type Log } from '../../../pkg/contract/ports.ts';
import { FaultStore, onEvery } from '../../support/stores/fault-store.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { openBench } from '../harness.ts';

const FULL = new DashkeepError('DK_STORE_FAILED', 'write failed: no space left on device');
const HOUR = 3_600_000;

it('ends a backup with the error of the store that failed, whatever Grafana still owes', async () => {
  const isObject = (key: string): boolean => key.includes('objects/');
  const store = new FaultStore(
    new MemoryStore(),
    onEvery({ kind: 'fail', error: FULL }, ({ operation, key }) => operation === 'put' && isObject(key)),
  );
  const bench = await openBench({ profile: '12.4' }, store);
  bench.grafana.seedDashboards({ count: 300, folders: 4, bytes: 900 });
  bench.grafana.setFaults({ match: /access-control/, action: { kind: 'hang' } });
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (_, message) => warnings.push(message) };
  const instance = await bench.instance({ log, timeout: HOUR, wait: HOUR });

  await expect(bench.backup({ instance })).rejects.toBe(FULL);
  const asked = bench.grafana.requests.length;
  // The client ends when no request is under way.
  await bench.close();

  expect(warnings).toEqual([]);
  expect(bench.grafana.requests.length).toBe(asked);
});
