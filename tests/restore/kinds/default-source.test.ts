import { afterEach, describe, expect, it } from 'vitest';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { named, RestoreBench } from '../harness.ts';
import { planOfUndo, stoppedAt, undo } from '../undo/undoing.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const source = (uid: string, isDefault: boolean, host: string): Record<string, unknown> => ({
  uid,
  name: uid.toUpperCase(),
  type: 'prometheus',
  access: 'proxy',
  url: `http://${host}`,
  isDefault,
});

describe.each(TRIED_PROFILES)('the default data source of Grafana %s', (profile) => {
  // Making one the default takes that from another: that is not somebody else's change.
  it('moves back to the one that it was, and the other is restored too', async () => {
    bench = await RestoreBench.start({ profile });
    await bench.api('POST /api/datasources', source('a', true, 'before'));
    await bench.api('POST /api/datasources', source('b', false, 'before'));
    await bench.backup();
    await bench.api('PUT /api/datasources/uid/b', source('b', true, 'after'));
    await bench.api('PUT /api/datasources/uid/a', source('a', false, 'after'));
    const selection = { kinds: ['data-source' as const] };
    const { results } = await bench.apply({ selection, options: { overwrite: true } });
    expect(results.map(({ uid, outcome, reason }) => `${uid}: ${outcome} ${reason}`).sort()).toEqual([
      'a: verified ',
      'b: verified ',
    ]);
  });
});

// Grafana makes the first data source of an organization the default one.
describe('a restore killed after it created the first data source of an organization', () => {
  async function killed(): Promise<{ manifest: Awaited<ReturnType<RestoreBench['backup']>>; run: string }> {
    bench = await RestoreBench.start({ profile: '12.4' });
    await bench.api('POST /api/datasources', source('b', true, 'host'));
    await bench.api('POST /api/datasources', source('a', false, 'host'));
    const manifest = await bench.backup();
    await bench.api('DELETE /api/datasources/uid/a');
    await bench.api('DELETE /api/datasources/uid/b');
    await stoppedAt(bench, { match: /^POST \/api\/datasources/, end: 'killed' }, (signal) =>
      bench.applyRecorded({ manifest, signal }, true),
    ).catch(() => undefined);
    return { manifest, run: (await bench.repository.runs({ limit: 1 }))[0]!.id };
  }
  const live = () =>
    [...bench.sim.state.org(1).dataSources.values()].map((one) => `${one.uid} ${one.isDefault}`).sort();

  it('can be undone', async () => {
    const { run } = await killed();
    expect(live()).toEqual(['a true']);
    expect(named((await planOfUndo(bench, run)).plan, 'delete')).toEqual(['data-source/a']);
    expect(await undo(bench, run)).toMatchObject({ status: 'complete', errors: [] });
    expect(live()).toEqual([]);
  });

  it('can be finished', async () => {
    const { manifest } = await killed();
    await bench.apply({ manifest });
    expect(live()).toEqual(['a false', 'b true']);
  });
});
