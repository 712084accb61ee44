import type { Load } from '../../tests/support/grafana/http/load.ts';
import type { World } from '../servers/world.ts';
import { within } from '../servers/within.ts';
import { Dashkeep } from '../tools/dashkeep.ts';
import { PEERS } from '../tools/peers.ts';
import { costOf, type Scenario, type Task } from '../types.ts';
import { backupBy, sampled } from './other-tools.ts';

/** Of a hundred requests, on average: one that fails, half of them with an answer and half by a cut connection. */
const FAILING = 0.01;
/** Requests per second above which the strict server responds with 429. */
const RATE = 30;

export const faults: Scenario = {
  title: 'Full backup while 1 % of requests fail: half with 503, half with a closed connection',
  run: (task) =>
    everybody(task, (world) =>
      world.grafana.order('faults', {
        faults: [
          { match: 'GET /api*', probability: FAILING / 2, action: { kind: 'status', status: 503 } },
          { match: 'GET /api*', probability: FAILING / 2, action: { kind: 'cut' } },
        ],
      }),
    ),
};

export const strict: Scenario = {
  dashboards: 1000,
  title: `Full backup of a server that responds with 429 (Retry-After: 1) above ${RATE} requests per second`,
  run: (task) => everybody(task, (world) => world.load({ rateLimit: RATE } satisfies Load)),
};

async function everybody(task: Task, prepare: (world: World) => Promise<unknown>): Promise<void> {
  if (task.wants('dashkeep')) {
    for (let round = 1; round <= task.repeat; round++) {
      await within(task.setup, async (world) => {
        const uids = await world.uids();
        await prepare(world);
        const dashkeep = new Dashkeep(world);
        const { result, traffic } = await world.watch(() => dashkeep.backup());
        const figures = await refusals(world);
        const completeness = dashkeep.kept(uids);
        task.add({ tool: 'dashkeep', ...costOf(result), ...traffic, completeness, figures, note: ended(result.exit) });
      });
    }
  }
  for (const peer of PEERS.filter(({ name, missing }) => task.wants(name) && missing === undefined)) {
    const setup = sampled(task, peer);
    await within(setup, async (world) => {
      await prepare(world);
      const found = await backupBy(peer, world);
      task.add({ ...setup, ...found, figures: await refusals(world), note: found.note ?? ended(0) });
    });
  }
}

/** Answers that refused, and connections that were cut. */
async function refusals(world: World): Promise<Record<string, number>> {
  const { requests } = await world.grafana.order('requests', {});
  const of = (...wanted: number[]): number => requests.filter(({ status }) => wanted.includes(status)).length;
  return { '429 responses': of(429), '503 responses': of(503), 'closed connections': of(0) };
}

/** Which end a tool claims, next to what is really there. */
function ended(exit: number): string {
  return `exit code ${exit}`;
}
