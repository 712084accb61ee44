import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Manifest, SnapshotSummary } from '../../../pkg/contract/manifest.ts';
import type { RunRecord } from '../../../pkg/contract/runs.ts';
import { compactTime } from '../../../pkg/repository/layout.ts';
import { summaryOf } from '../../../pkg/repository/snapshots/manifests.ts';
import { MemoryStore } from '../stores/memory-store.ts';
import { backup, keysOf, open, SeededRandomness, TestClock } from './repository.ts';

export interface LongHistory {
  /** Oldest first. */
  snapshots: SnapshotSummary[];
  runs: RunRecord[];
}

/**
 * A plain repository of that many snapshots, each with the record of its run, as files in the folder of a bucket: what
 * `count` backups of one dashboard leave, without the caches. The newest is as old as `newest` says.
 */
export async function writeLongHistory(
  folder: string,
  count: number,
  { newest, minutesApart }: { newest: Date; minutesApart: number },
): Promise<LongHistory> {
  const clock = new TestClock(newest.toISOString());
  const world = { store: new MemoryStore({ clock }), clock, randomness: new SeededRandomness() };
  // Unsigned, as before there were signatures: a signature for each would be as many files again.
  const manifest = await backup(await open(world, { state: undefined }), world, { a: { v: 1 } });
  for (const folderName of ['snapshots', 'runs']) {
    mkdirSync(join(folder, folderName), { recursive: true });
  }
  for (const key of await keysOf(world.store)) {
    if (!/^(snapshots|cache)\//.test(key)) {
      mkdirSync(join(folder, key, '..'), { recursive: true });
      writeFileSync(join(folder, key), await world.store.get(key));
    }
  }
  const history: LongHistory = { snapshots: [], runs: [] };
  for (let n = count - 1; n >= 0; n--) {
    const time = new Date(newest.getTime() - n * minutesApart * 60_000);
    const id = `${compactTime(time)}-${n.toString(16).padStart(8, '0')}`;
    const finished = new Date(time.getTime() + 3000).toISOString();
    const copy: Manifest = { ...manifest, id, started: time.toISOString(), finished };
    const run: RunRecord = {
      id,
      kind: 'backup',
      status: 'complete',
      trigger: 'scheduled',
      started: copy.started,
      finished,
      duration: 3000,
      snapshot: id,
      counts: { listed: 1, stored: 0, reused: 1 },
      errors: [],
    };
    writeFileSync(join(folder, 'snapshots', `${id}.json.gz`), gzipSync(JSON.stringify(copy), { level: 1 }));
    writeFileSync(join(folder, 'runs', `${id}.json`), `${JSON.stringify(run)}\n`);
    history.snapshots.push(summaryOf(copy));
    history.runs.push(run);
  }
  return history;
}
