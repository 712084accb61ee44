import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { World } from '../servers/world.ts';
import { within } from '../servers/within.ts';
import { snapshotsIn } from '../target/repository.ts';
import { Dashkeep } from '../tools/dashkeep.ts';
import { Service } from '../tools/service.ts';
import { costOf, type Scenario } from '../types.ts';

const SNAPSHOTS = 10_000;
const QUIET_MS = 2000;
const EVERY_MS = 2 * 3_600_000;

/** A backup every two hours for more than two years, all of them kept. */
export const history: Scenario = {
  title: `History of ${SNAPSHOTS.toLocaleString('en')} snapshots`,
  run: (task) =>
    within({ ...task.setup, dashboards: 20, folders: 2 }, async (world) => {
      const dashkeep = new Dashkeep(world);
      await dashkeep.prepare();
      multiply(dashkeep.directory);
      await world.bucket.restart();
      const list = async (tool: string): Promise<void> => {
        const { result, traffic } = await world.watch(() => dashkeep.run('snapshots'));
        const listed = (JSON.parse(result.output) as { snapshots: unknown[] }).snapshots.length;
        task.add({
          tool,
          ...costOf(result),
          bucketRequests: traffic.bucketRequests,
          completeness: { expected: SNAPSHOTS, stored: listed, lost: SNAPSHOTS - listed },
        });
      };
      await list('dashkeep snapshots, no index yet');
      for (let round = 1; round <= task.repeat; round++) {
        await list('dashkeep snapshots');
        const running = await Service.start(dashkeep);
        try {
          await quiet(world);
          for (const tool of ['first page of the service', 'the same page again']) {
            const started = performance.now();
            const { traffic } = await world.watch(() => running.call('GET', '/snapshots?limit=50'));
            const seconds = (performance.now() - started) / 1000;
            task.add({ tool, seconds, bucketRequests: traffic.bucketRequests });
          }
        } finally {
          await running.stop();
        }
      }
    }),
};

/** Waits until the service has asked the bucket for all that it wants to know when it starts. */
async function quiet(world: World): Promise<void> {
  for (let before = -1, now = 0; before !== now;) {
    before = now;
    await wait(QUIET_MS);
    now = await world.bucket.requests();
  }
}

/** Writes the only manifest again and again, each two hours earlier and under its own id. */
function multiply(directory: string): void {
  const [name = ''] = snapshotsIn(directory);
  const manifest = JSON.parse(gunzipSync(readFileSync(join(directory, 'snapshots', name))).toString()) as {
    id: string;
    started: string;
    finished: string;
  };
  for (let index = 1; index < SNAPSHOTS; index++) {
    const earlier = (text: string): string => new Date(Date.parse(text) - index * EVERY_MS).toISOString();
    const started = earlier(manifest.started);
    const stamp = started.replace(/[-:]|\.\d+/g, '');
    const id = `${stamp}-${index.toString(16).padStart(8, '0')}`;
    const text = JSON.stringify({ ...manifest, id, started, finished: earlier(manifest.finished) });
    writeFileSync(join(directory, 'snapshots', `${id}.json.gz`), gzipSync(text, { level: 1 }));
  }
}
