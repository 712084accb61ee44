/**
 * Wrote the golden repositories of format 1. Kept to show what is in them; they are never written again, because what
 * this proves is that files of back then stay readable: `npx tsx tests/golden/make.ts <directory>`. Those without `signed` in
 * their name are from before there were signatures; made again they would be signed.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityToRecipient } from 'age-encryption';
import { canonicalJson, parseJson } from '../../pkg/lib/json/json.ts';
import type { KindName } from '../../pkg/contract/kinds.ts';
import type { ManifestEntry, SnapshotStatus } from '../../pkg/contract/manifest.ts';
import { newTimedId } from '../../pkg/repository/layout.ts';
import type { Repository } from '../../pkg/repository/repository.ts';
import { MemoryState } from '../../pkg/lib/state.ts';
import { DirectoryStore } from '../../pkg/storage/directory/store.ts';
import { open, SeededRandomness, TestClock } from '../support/repository/repository.ts';

interface Golden {
  kind: KindName;
  uid: string;
  title: string;
  folder: string;
  folderUid?: string;
  body: string;
}

const FIRST: Golden[] = [
  { kind: 'folder', uid: 'ops', title: 'Operations / Öl 🛢', folder: '', body: '{"uid":"ops","title":"Operations / Öl 🛢"}' },
  {
    kind: 'dashboard',
    uid: 'numbers',
    title: 'Numbers',
    folder: 'Operations / Öl 🛢',
    folderUid: 'ops',
    body: '{"uid":"numbers","title":"Numbers","max":12345678901234567890,"step":1.0,"tiny":1e-400,"panels":[]}',
  },
  { kind: 'dashboard', uid: 'changes', title: 'Changes', folder: '', body: '{"uid":"changes","title":"Changes","v":1}' },
  { kind: 'data-source', uid: 'prom', title: 'Prometheus', folder: '', body: '{"uid":"prom","type":"prometheus"}' },
];
const SECOND: Golden[] = FIRST.map((golden) =>
  golden.uid === 'changes' ? { ...golden, body: '{"uid":"changes","title":"Changes","v":2,"__proto__":{"a":"b"}}' } : golden,
);

async function snapshot(
  repository: Repository,
  clock: TestClock,
  randomness: SeededRandomness,
  resources: Golden[],
  status: SnapshotStatus,
): Promise<void> {
  const entries: ManifestEntry[] = [];
  for (const { body, ...named } of resources) {
    const text = canonicalJson(parseJson(body));
    const object = repository.objectId(text);
    await repository.putObject(object, text);
    entries.push({ org: 1, ...named, object, bytes: Buffer.byteLength(text), revision: '7', facts: { version: 7 } });
  }
  const id = newTimedId(clock.now(), randomness);
  const time = clock.now().toISOString();
  const problem = { org: 1, kind: 'dashboard' as const, uid: 'lost', title: 'Lost', reason: 'Grafana answered 500' };
  await repository.publish({
    id,
    started: time,
    finished: time,
    status,
    trigger: 'scheduled',
    by: 'somebody',
    dashkeep: '0.1.0',
    grafana: { version: '13.2.0', url: 'https://grafana.example', edition: 'Open Source' },
    orgs: [{ id: 1, name: 'Main Org.' }],
    sinceFullRead: 0,
    kinds: { dashboard: { listed: 3, stored: 2, reused: 0, skipped: 0, failed: status === 'partial' ? 1 : 0 } },
    errors: status === 'partial' ? [problem] : [],
    skipped: [],
    resources: entries,
  });
  await repository.writeRun({
    id,
    kind: 'backup',
    status,
    trigger: 'scheduled',
    by: 'somebody',
    started: time,
    finished: time,
    duration: 1234,
    snapshot: id,
    counts: { stored: 4 },
    errors: status === 'partial' ? [problem] : [],
  });
}

async function make(directory: string, recipients: string[] | undefined): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const clock = new TestClock('2026-11-24T14:30:00.000Z');
  const randomness = new SeededRandomness('golden');
  const store = new DirectoryStore(directory, randomness);
  const repository = await open({ store, clock, randomness }, { recipients, state: new MemoryState() });
  await repository.trust.signing.signer();
  process.stdout.write(`${directory} is signed by ${repository.trust.own}\n`);
  await snapshot(repository, clock, randomness, FIRST, 'complete');
  clock.advance(3_600_000);
  await snapshot(repository, clock, randomness, SECOND, 'partial');
  if (recipients === undefined) {
    const copies = await repository.plainCopies();
    await copies.write(1, 'changes', 'golden', '{"dashboard":{"uid":"changes"},"meta":{}}');
    await copies.finish();
  }
  await repository.close();
}

const target = process.argv[2];
if (target === undefined) {
  throw new Error('give a directory to write to');
}
const identity = readFileSync(join(import.meta.dirname, 'identity.txt'), 'utf8').trim().split('\n').at(-1) ?? '';
await make(join(target, 'format-1-signed-plain'), undefined);
await make(join(target, 'format-1-signed-encrypted'), [await identityToRecipient(identity)]);
writeFileSync(join(target, 'expected.json'), `${JSON.stringify({ FIRST, SECOND }, null, 2)}\n`);
