import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { depth } from '../support/budget.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { program } from '../support/program.ts';
import { Forger, idIn, madeUp } from '../support/repository/forger.ts';

/**
 * Someone who can write to the place of many installations puts small manifests into each that are huge when they are
 * unpacked. The service, which looks at all of them, has a heap of 384 MiB.
 */
const HEAP = '--max-old-space-size=384';
const INSTALLATIONS = 16;
const MANIFESTS = 1;
const MEBIBYTES = 30;

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => directory.remove());

/** A manifest with the right hash of one entry over and over, in less than 256 KiB. */
function bomb(id: string): Buffer {
  // Members in the order in which they are hashed.
  const entry = `{"bytes":1,"folder":"","kind":"dashboard","object":"${'0'.repeat(64)}","org":1,"title":"a","uid":"a"},`;
  const entries = `[${entry.repeat(Math.floor((MEBIBYTES * 1024 * 1024) / entry.length)).slice(0, -1)}]`;
  const entriesHash = createHash('sha256').update(entries).digest('hex');
  const { resources: _, ...head } = madeUp(id, []);
  return gzipSync(`${JSON.stringify({ format: 1, ...head, entriesHash }).slice(0, -1)},"resources":${entries}}`);
}

it.runIf(depth() === 'all')('does not exhaust the memory of a process that looks at all of them', async () => {
  const ids = Array.from({ length: MANIFESTS }, (_, index) => idIn(-3_600_000 - index * 60_000));
  const bombs = ids.map(bomb);
  expect(Math.max(...bombs.map(({ length }) => length))).toBeLessThan(256 * 1024);
  for (let number = 0; number < INSTALLATIONS; number++) {
    const forger = new Forger(join(directory.path, 'fleet', String(number)));
    const id = number.toString(16).padStart(32, '0');
    await forger.put('dashkeep.json', JSON.stringify({ format: 1, id, created: '2026-11-24T14:30:00.000Z' }));
    for (const [index, body] of bombs.entries()) {
      await forger.put(`snapshots/${ids[index]}.json.gz`, body);
    }
  }
  const env = {
    PATH: process.env['PATH'],
    DASHKEEP_STATE_DIR: join(directory.path, 'state'),
    DASHKEEP_TRUSTED_KEYS: 'a'.repeat(32),
  };
  const args = [HEAP, await program(), 'fleet', `file://${directory.path}/fleet/*`, '--json'];
  const { exit, out, error } = await new Promise<{ exit: number | null; out: string; error: string }>((resolve) => {
    const child = execFile(process.execPath, args, { env }, (_, out, error) =>
      resolve({ exit: child.exitCode, out, error }),
    );
  });
  expect(error).not.toContain('heap');
  expect(exit).toBe(3);
  expect(JSON.parse(out).installations).toHaveLength(INSTALLATIONS);
});
