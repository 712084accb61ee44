import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { canonicalJson, parseJson, type Json } from '../../pkg/lib/json/json.ts';
import { snapshotKey } from '../../pkg/repository/layout.ts';
import { planPrune } from '../../pkg/repository/prune/prune.ts';
import { copyRepository } from '../../pkg/repository/copy/copy.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { realRandomness } from '../support/ports.ts';
import { DASHBOARDS, identities, openStored, start, type Bench } from './harness.ts';

const KIND = 'recording-rules-v9';

/** A snapshot as a newer version would have written it: with a kind that this one does not know. */
async function backupOfNewer(bench: Bench): Promise<Manifest> {
  const { repository, store } = bench;
  const { id } = await bench.backup({ kinds: DASHBOARDS });
  const key = snapshotKey(id, false);
  const { entriesHash: _, ...manifest } = parseJson(gunzipSync(await store.get(key)).toString()) as unknown as Manifest;
  const body = canonicalJson({ rules: [] });
  const object = repository.objectId(body);
  await repository.putObject(object, body);
  const entry = { org: 1, kind: KIND, uid: 'r', title: 'Rules', folder: '', object, bytes: body.length };
  const resources = [...manifest.resources, entry] as unknown as Json;
  const entriesHash = createHash('sha256').update(canonicalJson(resources)).digest('hex');
  const bytes = gzipSync(JSON.stringify({ ...manifest, resources, entriesHash }));
  await store.put(key, bytes);
  await repository.trust.signing.sign(key, bytes, undefined);
  return repository.manifest(id);
}

it('restores what it knows of a snapshot of a newer version', async () => {
  const bench = await start({ profile: '12.4' });
  bench.grafana.seedDashboards({ count: 3, folders: 1, bytes: 900, v2Share: 0 });
  const manifest = await backupOfNewer(bench);
  bench.grafana.wipe();
  const results = await bench.apply(manifest);
  expect(results.map(({ outcome }) => outcome)).toEqual(Array(4).fill('verified'));
  const after = await bench.backup({ kinds: DASHBOARDS, fullReadEvery: 1 });
  expect(identities(after)).toEqual(identities(manifest));
});

it('copies none of a snapshot that it knows in part, and removes none of its objects', async () => {
  const bench = await start({ profile: '12.4' });
  await backupOfNewer(bench);
  expect(await planPrune(bench.repository)).toMatchObject({ snapshots: 1, young: 0, mark: [], remove: [] });
  const to = await openStored(new MemoryStore());
  await expect(copyRepository(bench.repository, to, { randomness: realRandomness })).rejects.toMatchObject({
    code: 'DK_MANIFEST_NEWER',
    message: expect.stringContaining(KIND),
  });
});
