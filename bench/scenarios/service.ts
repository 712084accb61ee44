import { setTimeout as wait } from 'node:timers/promises';
import { memoryOf } from '../measure/process.ts';
import { median, percentile } from '../measure/statistics.ts';
import { within } from '../servers/within.ts';
import { Dashkeep } from '../tools/dashkeep.ts';
import { Service } from '../tools/service.ts';
import type { Scenario } from '../types.ts';

const SETTLE_MS = 20_000;
const ASKED = 1000;

export const service: Scenario = {
  title: 'The service beside Grafana',
  run: (task) =>
    within(task.setup, async (world) => {
      for (let round = 1; round <= task.repeat; round++) {
        const running = await Service.start(new Dashkeep(world, `service-${round}`));
        try {
          await wait(SETTLE_MS);
          const idle = memoryOf(running.pid).residentMB;
          const times = await statusTimes(running);
          await running.backup();
          await wait(SETTLE_MS);
          const { residentMB, peakMB } = memoryOf(running.pid);
          task.add({
            tool: 'dashkeep serve',
            peakMB,
            figures: {
              'start to ready (ms)': running.readyMs,
              'idle (MB)': idle,
              'idle after a backup (MB)': residentMB,
              'status, median (ms)': median(times),
              'status, p99 (ms)': percentile(times, 0.99),
            },
          });
        } finally {
          await running.stop();
        }
      }
    }),
};

async function statusTimes(running: Service): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < ASKED; index++) {
    const started = performance.now();
    await running.call('GET', '/status');
    times.push(performance.now() - started);
  }
  return times;
}
