import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { canonicalJson } from '../../pkg/lib/json/json.ts';
import { runCli } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { openTestStore } from '../support/s3/open-store.ts';
import { startS3Server } from '../support/s3/server.ts';
import { idIn, madeUp } from '../support/repository/forger.ts';

/**
 * Someone who can write to the place of many installations puts small manifests into each that are huge when they are
 * unpacked. The service, which looks at all of them, has a heap of 384 MiB: enough for those of one repository.
 */
const INSTALLATIONS = ['berlin', 'london', 'paris', 'rome'];
const MANIFESTS = 4;

let bucket: Awaited<ReturnType<typeof startS3Server>>;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

beforeEach(async () => {
  bucket = await startS3Server({ latencyMilliseconds: 5 });
  directory = await memoryDirectory();
  const store = await openTestStore(bucket, { target: 's3://test' });
  for (const [number, name] of INSTALLATIONS.entries()) {
    const id = number.toString(16).padStart(32, '0');
    const config = JSON.stringify({ format: 1, id, created: '2026-11-24T14:30:00.000Z' });
    await store.put(`${name}/dashkeep.json`, Buffer.from(config));
    for (let index = 0; index < MANIFESTS; index++) {
      const head = madeUp(idIn(-3_600_000 - index * 60_000), []);
      const entriesHash = createHash('sha256').update(canonicalJson([])).digest('hex');
      const body = gzipSync(JSON.stringify({ format: 1, ...head, entriesHash }));
      await store.put(`${name}/snapshots/${head.id}.json.gz`, body);
    }
  }
  await store.close();
});
afterEach(() => Promise.all([bucket.close(), directory.remove()]));

it('reads the manifests of one installation at a time', async () => {
  bucket.requests.length = 0;
  const environment = { ...bucket.environment, DASHKEEP_TRUSTED_KEYS: 'a'.repeat(32) };
  const { json } = await runCli(['fleet', 's3://test/*', '--json', '--state-dir', directory.path], environment);
  expect(json.installations).toHaveLength(INSTALLATIONS.length);
  // The first look at a repository reads its configuration and its index; only then come its manifests.
  const gets = bucket.requests.filter(({ operation }) => operation === 'GetObject').map(({ key }) => key);
  const later = gets.filter((key, index) => key.includes('/snapshots/') || gets.indexOf(key) !== index);
  const names = later.map((key) => key.split('/')[0]);
  expect(later.filter((key) => key.includes('/snapshots/2'))).toHaveLength(2 * INSTALLATIONS.length * MANIFESTS);
  expect(names.filter((name, index) => name !== names[index - 1])).toHaveLength(INSTALLATIONS.length);
});

it('reads a limited number of folders, and says that there are more', async () => {
  await Promise.all(
    Array.from({ length: 1001 }, (_, index) => mkdir(join(directory.path, 'many', `${index}`), { recursive: true })),
  );
  const { json } = await runCli(
    ['fleet', `file://${directory.path}/many/*`, '--json', '--state-dir', directory.path],
    {},
  );
  expect(json.installations).toHaveLength(1001);
  const left = json.installations.find(({ target }: { target: string }) => target.endsWith('*'));
  expect(left).toMatchObject({
    state: 'unknown',
    alarms: [{ code: 'fleet-too-many', params: { count: '1001', shown: '1000' } }],
  });
});
