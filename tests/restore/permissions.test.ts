import { afterEach, describe, expect, it } from 'vitest';
import { PROFILE_NAMES } from '../support/grafana/profiles.ts';
import { reasons, RestoreBench } from './harness.ts';
import { seed } from './seed.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

describe.each(PROFILE_NAMES)('permissions of a folder in Grafana %s', (profile) => {
  it('that somebody changed stay as they are without --overwrite', async () => {
    bench = await RestoreBench.start({ profile, nestedFolders: true });
    await seed(bench);
    await bench.backup();
    bench.sim.advance(60_000);
    await bench.api('POST /api/folders/infra/permissions', { items: [{ role: 'Editor', permission: 4 }] });
    const plan = await bench.plan({ selection: { kinds: ['folder-permissions'] } });
    expect(reasons(plan, 'skip')).toEqual({
      'folder-permissions/infra': 'is there and differs; --overwrite replaces it',
    });
  });

  it('come back to a folder that was made anew since the snapshot', async () => {
    bench = await RestoreBench.start({ profile, nestedFolders: true });
    await seed(bench);
    await bench.backup();
    bench.sim.advance(60_000);
    await bench.api('DELETE /api/folders/infra?forceDeleteRules=true');
    await bench.api('POST /api/folders', { uid: 'infra', title: 'Folder infra' });
    const plan = await bench.plan({ selection: { kinds: ['folder-permissions'] } });
    expect(reasons(plan, 'update')).toEqual({
      'folder-permissions/infra': 'is what Grafana gave to a folder that was made after the snapshot',
    });
  });
});
