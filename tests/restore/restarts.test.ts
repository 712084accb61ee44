import { afterEach, describe, expect, it } from 'vitest';
import { planRestore } from '../../pkg/engine/restore/plan/plan.ts';
import { restore } from '../../pkg/engine/restore/restore.ts';
import type { Restored } from '../../pkg/engine/restore/types.ts';
import { SeededRandomness } from '../support/repository/repository.ts';
import { RestoreBench, stateOf } from './harness.ts';
import { seed } from './seed.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

/** A snapshot of something of most kinds, all of which is gone now. */
async function lost(profile: '11.6' | '12.4'): Promise<Record<string, string>> {
  bench = await RestoreBench.start({ profile, nestedFolders: true });
  await seed(bench);
  const before = withoutSecrets(stateOf(await bench.backup()));
  bench.sim.wipe();
  bench.sim.clearRequests();
  return before;
}

/** Restores everything; Grafana comes back as soon as it is waited for. */
async function restoreAll(): Promise<Restored & { waited: boolean }> {
  const request = await bench.request({});
  const plan = await planRestore(request);
  let waited = false;
  const restored = await restore({
    ...request,
    plan,
    safetySnapshot: false,
    version: '0.1.0',
    randomness: new SeededRandomness(),
    onProgress({ phase }) {
      if (phase === 'waiting for Grafana') {
        waited = true;
        bench.sim.setFaults();
      }
    },
  });
  return { ...restored, waited };
}

/** Without data sources, whose secrets nobody can read. */
function withoutSecrets(state: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(state).filter(([key]) => !key.includes('/data-source/')));
}

function bad({ results }: Restored): string[] {
  return results
    .filter(({ outcome }) => outcome !== 'verified')
    .map(({ outcome, kind, uid, reason }) => `${outcome} ${kind}/${uid}: ${reason}`);
}

const WRITES = /^(POST|PUT|PATCH) /;

describe.each(['11.6', '12.4'] as const)('a Grafana %s that restarts in the middle of a restore', (profile) => {
  it.each([3, 9])('is waited for, and write %i that it cut is sent again', async (after) => {
    const before = await lost(profile);
    const away = { match: /./, action: { kind: 'cut', unhandled: true } } as const;
    // The write is not handled, and nothing is answered from a moment later on.
    bench.sim.setFaults(
      { match: WRITES, skip: after, times: 1, action: away.action },
      { match: WRITES, skip: after, action: { kind: 'before', run: () => bench.sim.setFaults(away) } },
    );
    const restored = await restoreAll();
    expect(restored.waited).toBe(true);
    expect(bad(restored)).toEqual([]);
    expect(withoutSecrets(stateOf(await bench.backup()))).toEqual(before);
  });

  it('does not make twice what it had made before its answer was cut', async () => {
    const before = await lost(profile);
    const away = { match: /./, action: { kind: 'cut', unhandled: true } } as const;
    bench.sim.setFaults({
      match: /^POST \/api\/library-elements/,
      times: 1,
      action: { kind: 'after', run: () => bench.sim.setFaults(away) },
    });
    const restored = await restoreAll();
    expect(restored.waited).toBe(true);
    expect(bad(restored)).toEqual([]);
    expect(withoutSecrets(stateOf(await bench.backup()))).toEqual(before);
  });
});

describe('a write that Grafana fails over once', () => {
  it('is sent again when it is not there', async () => {
    const before = await lost('12.4');
    bench.sim.setFaults({ match: WRITES, skip: 6, times: 1, action: { kind: 'status', status: 500 } });
    expect(bad(await restoreAll())).toEqual([]);
    expect(withoutSecrets(stateOf(await bench.backup()))).toEqual(before);
  });

  it('fails when it fails again, and keeps the reason', async () => {
    await lost('12.4');
    bench.sim.setFaults({ match: /^POST \/api\/library-elements/, action: { kind: 'status', status: 500 } });
    const failures = bad(await restoreAll());
    expect(failures.filter((line) => line.includes('library-panel/'))).toEqual([
      expect.stringMatching(/^failed library-panel\/own-panel: POST \/api\/library-elements: 500/),
      expect.stringMatching(/^failed library-panel\/shared-panel: POST \/api\/library-elements: 500/),
    ]);
  });
});
