import { afterEach, describe, expect, it } from 'vitest';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { RestoreBench } from '../harness.ts';

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
