import { setMaxListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { silentLog } from '../../pkg/contract/ports.ts';
import { backup } from '../../pkg/engine/backup/backup.ts';
import { compact } from '../../pkg/contract/compact.ts';
import { planRestore } from '../../pkg/engine/restore/plan/plan.ts';
import { restore } from '../../pkg/engine/restore/restore.ts';
import type { Restored, Plan } from '../../pkg/engine/restore/types.ts';
import type { Repository } from '../../pkg/repository/repository.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { PROFILES } from '../support/grafana/profiles/profiles.ts';
import { TRIED_PROFILES } from '../support/grafana/profiles/tried.ts';
import { open, SeededRandomness } from '../support/repository/repository.ts';
import { hastyClock } from '../support/fast-clock.ts';
import { testGrafana, type TestGrafana } from './harness.ts';

const randomness = new SeededRandomness();
const { signal } = new AbortController();
setMaxListeners(0, signal);
const run = { clock: hastyClock, randomness, log: silentLog, signal, version: 'test' };
let grafana: TestGrafana;
afterEach(() => grafana.close());

function repositoryOf(): Promise<Repository> {
  return open({ store: new MemoryStore({ clock: hastyClock }), clock: hastyClock as never, randomness });
}

async function takeSnapshot(repository: Repository): Promise<Manifest> {
  return backup({ ...run, instance: await grafana.instance(), repository, trigger: 'manual', plainCopies: false });
}

async function bringBack(repository: Repository, manifest: Manifest): Promise<Restored & { plan: Plan }> {
  const request = {
    ...run,
    manifest,
    repository,
    instance: await grafana.instance(),
    selection: {},
    options: { overwrite: true, includeManaged: true },
  };
  const plan = await planRestore(request);
  expect(grafana.sim.writes()).toEqual([]);
  return {
    plan,
    ...(await restore({ ...request, plan, ...compact({ confirm: plan.confirm }), safetySnapshot: false })),
  };
}

/** Kinds whose restored form may differ by what they declare: secrets that are missing, an expiry, a new uid. */
const DECLARED = new Set(['data-source', 'plugin-settings', 'contact-point', 'dashboard-snapshot', 'silence']);

describe.each(TRIED_PROFILES)('a whole Grafana %s', (profile) => {
  it('burns, comes back from the bucket, and is the same again', async () => {
    grafana = await testGrafana({ profile, enterprise: true });
    grafana.sim.demoSeed();
    const repository = await repositoryOf();
    const before = await takeSnapshot(repository);
    expect(before.errors).toEqual([]);
    expect(before.status).toBe('complete');

    grafana.sim.wipe();
    grafana.sim.clearRequests();
    const { results, plan } = await bringBack(repository, before);
    const promised = plan.items.filter(({ kind }) => kind.endsWith('-permissions')).flatMap(({ losses }) => losses);
    expect(promised).toEqual([]);
    // Below 12 playlists get new uids: playlist.test.ts compares them.
    const keepsPlaylists = PROFILES[profile].groups.length > 0;
    const kept = results.filter(({ kind }) => kind !== 'playlist' || keepsPlaylists);
    expect(kept.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);

    const after = await takeSnapshot(repository);
    const lines = ({ resources }: Manifest): string[] =>
      resources
        .filter(({ kind }) => !DECLARED.has(kind) && (kind !== 'playlist' || keepsPlaylists))
        .map(({ kind, uid, folderUid, object }) => `${kind}/${uid} ${folderUid ?? ''} ${object}`);
    expect(lines(after)).toEqual(lines(before));
    expect(after.resources.length).toBe(before.resources.length);

    grafana.sim.clearRequests();
    const again = await bringBack(repository, before);
    const open = again.plan.items.filter(({ action }) => action === 'create' || action === 'update');
    expect(open.filter(({ kind }) => kind !== 'playlist' || keepsPlaylists)).toEqual([]);
    expect(grafana.sim.writes()).toEqual([]);
  });
});
