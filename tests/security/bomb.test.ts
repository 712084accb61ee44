import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGzip, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Forger, idIn, madeUp } from '../support/repository/forger.ts';
import { budget, depth } from '../support/budget.ts';
import { program } from '../support/program.ts';

/**
 * Somebody with write access puts small files there that are huge when they are unpacked. The service and the Jobs of
 * the chart have a heap of 384 MiB. Limits are parts of the heap: with a smaller one, smaller files do the same.
 */
const HEAP = depth() === 'all' ? 384 : 128;
const scaled = (forChart: number): number => Math.floor((forChart * HEAP) / 384);
let directory: string;
let file: string;
let forger: Forger;
const honest = idIn(-3_600_000);

beforeAll(async () => {
  file = await program();
  directory = await mkdtemp(join(tmpdir(), 'dashkeep-bomb-'));
  forger = new Forger(join(directory, 'repository'));
  const config = { format: 1, id: '0123456789abcdef0123456789abcdef', created: '2026-11-24T14:30:00.000Z' };
  await forger.put('dashkeep.json', JSON.stringify(config));
  await forger.putManifest(madeUp(honest, []));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

function dashkeep(...args: string[]): Promise<{ exit: number | null; out: string; error: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`--max-old-space-size=${HEAP}`, file, ...args], {
      env: {
        PATH: process.env['PATH'],
        HOME: directory,
        DASHKEEP_TARGET: `file://${directory}/repository`,
        DASHKEEP_STATE_DIR: join(directory, 'state'),
      },
    });
    let [out, error] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
    child.on('error', reject);
    child.on('close', (exit) => resolve({ exit, out, error }));
  });
}

/** That many MiB of a text over and over, zipped. */
async function bomb(before: string, repeated: string, mebibytes: number, after: string): Promise<Buffer> {
  const gzip = createGzip({ level: 9 });
  const block = repeated.repeat(Math.ceil((1024 * 1024) / repeated.length));
  void (async () => {
    gzip.write(before);
    for (let n = 0; n < mebibytes; n++) {
      if (!gzip.write(block)) {
        await new Promise((resolve) => gzip.once('drain', resolve));
      }
    }
    gzip.end(after);
  })();
  const parts: Buffer[] = [];
  for await (const part of gzip) {
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

const head = (id: string, entriesHash = '0'.repeat(64)): string => {
  const { resources: _, ...rest } = madeUp(id, []);
  return JSON.stringify({ format: 1, ...rest, entriesHash }).slice(0, -1);
};

/** The hash of a list of one entry over and over, which fits what `bomb` repeats. */
function hashOf(entry: string, mebibytes: number): string {
  const hash = createHash('sha256').update('[');
  const block = entry.repeat(Math.ceil((1024 * 1024) / entry.length));
  for (let n = 0; n < mebibytes; n++) {
    hash.update(block);
  }
  return hash.update(`${entry.slice(0, -1)}]`).digest('hex');
}

describe('a manifest of under a mebibyte', () => {
  const MOST = scaled(240);
  const id = idIn(3_600_000);
  // Members in the order in which they are hashed.
  const entry = `{"bytes":1,"folder":"","kind":"dashboard","object":"${'0'.repeat(64)}","org":1,"title":"a","uid":"a"},`;

  const bombs: [string, () => Promise<Buffer>][] = [
    [
      'that inflates to most of the heap, with the right hash of them',
      () => bomb(`${head(id, hashOf(entry, MOST))},"resources":[`, entry, MOST, `${entry.slice(0, -1)}]}`),
    ],
    ['of millions of tiny entries', () => bomb(`${head(id)},"resources":[`, '0,', scaled(24), '0]}')],
    [
      'that inflates to most of the heap',
      () => bomb(`${head(id)},"resources":[`, entry, MOST, `${entry.slice(0, -1)}]}`),
    ],
    ['with a head of empty lists', () => bomb(`${head(id)},"lists":[`, '[],', scaled(24), '[]],"resources":[]}')],
  ];

  it.each(bombs.slice(0, budget(2, bombs.length)))('%s is named, and ends nothing', async (_name, make) => {
    const body = await make();
    expect(body.length).toBeLessThan(1024 * 1024);
    await forger.put(`snapshots/${id}.json.gz`, body);
    await rm(join(directory, 'repository', 'cache'), { recursive: true, force: true });

    const list = await dashkeep('snapshots', '--json');
    expect(list.error).not.toContain('heap');
    expect(list.exit).toBe(0);
    expect(JSON.parse(list.out).snapshots).toMatchObject([{ id: honest }]);
    const verify = await dashkeep('verify', '--json');
    expect(verify.exit).toBe(4);
    expect(JSON.parse(verify.out).problems).toMatchObject([{ code: 'DK_MANIFEST_DAMAGED', snapshots: [id] }]);
    expect((await dashkeep('show', id)).exit).toBe(4);
  });
});

it('an index that inflates is not used', async () => {
  await rm(join(directory, 'repository', 'snapshots'), { recursive: true });
  await forger.putManifest(madeUp(honest, []));
  await forger.put('cache/snapshots.json.gz', await bomb('{"format":1,"snapshots":[', '[],', scaled(31), '[]]}'));
  await forger.put('cache/runs.json.gz', await bomb('{"format":1,"whole":true,"runs":[', '[],', scaled(31), '[]]}'));
  await forger.put('sessions/20261124T000000Z-00000000.json', gzipSync('{}'));
  const list = await dashkeep('snapshots', '--json');
  expect(list.exit, list.error).toBe(0);
  expect(JSON.parse(list.out).snapshots).toMatchObject([{ id: honest }]);
});

it('a note that is millions of empty objects is not read', async () => {
  const empty = `{"a":[${'{},'.repeat(scaled(5_000_000))}{}]}`;
  await forger.put(`signatures/notes/${honest}.json`, empty);
  await forger.put(`signatures/notes/${honest}.00000000.json`, empty);
  const list = await dashkeep('snapshots', '--json');
  expect(list.exit, list.error).toBe(0);
  expect(JSON.parse(list.out).snapshots).toMatchObject([{ id: honest, hold: { unverified: true } }]);
});

it('a record of a run that is millions of empty objects is not read', async () => {
  const empty = `{"a":[${'{},'.repeat(scaled(5_000_000))}{}]}`;
  await forger.put('runs/20261124T000000Z-00000000.json', empty);
  await forger.put('runs/20261124T000000Z-00000001.json', empty);
  await rm(join(directory, 'repository', 'cache'), { recursive: true, force: true });
  const list = await dashkeep('runs', '--json');
  expect(list.exit, list.error).toBe(0);
});
