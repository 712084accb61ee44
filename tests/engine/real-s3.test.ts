import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { applyForget, planForget } from '../../pkg/repository/forget.ts';
import { applyPrune, planPrune } from '../../pkg/repository/prune.ts';
import { verify } from '../../pkg/repository/verify.ts';
import { openStore } from '../../pkg/storage/open.ts';
import type { ObjectStore } from '../../pkg/storage/store.ts';
import { keysOf, serversToTest } from '../storage/conformance.ts';
import { realClock, realRandomness } from '../support/ports.ts';
import { openTestStore } from '../support/s3/client.ts';
import { startS3Server } from '../support/s3/server.ts';
import { identities, openBench } from './harness.ts';

type Opened = { store: ObjectStore; close: () => Promise<void> };

/** Our own server always, and every real one that DASHKEEP_TEST_S3 names (tests/storage/conformance.ts). */
const SERVERS: [name: string, open: () => Promise<Opened>][] = [
  [
    'our own server',
    async () => {
      const server = await startS3Server();
      return { store: await openTestStore(server), close: () => server.close() };
    },
  ],
  ...serversToTest(process.env['DASHKEEP_TEST_S3']).map(
    ({ name, target, environment }): [string, () => Promise<Opened>] => [
      name,
      async () => {
        const store = await openStore(`${target}/${randomBytes(6).toString('hex')}`, {
          environment: { HOME: '/nonexistent', ...environment },
          clock: realClock,
          random: realRandomness,
          log: silentLog,
        });
        const close = async (): Promise<void> => {
          await store.deleteMany(await keysOf(store, ''));
          await store.close();
        };
        return { store, close };
      },
    ],
  ),
];

describe.each(SERVERS)('the main journey on %s', (_, open) => {
  it('goes from a lively Grafana to the bucket and back, and keeps the bucket in order', async () => {
    const { store, close } = await open();
    const { grafana, repository, ...bench } = await openBench({ profile: '13.2' }, store);
    grafana.demoSeed();
    const before = await bench.backup({ plainCopies: true });
    grafana.wipe();

    const results = await bench.apply(before, { overwrite: true, includeManaged: true });
    const after = await bench.backup({ plainCopies: true, fullReadEvery: 1 });

    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(identities(after, ['folder', 'dashboard', 'library-panel', 'alert-rule-group'])).toEqual(
      identities(before, ['folder', 'dashboard', 'library-panel', 'alert-rule-group']),
    );
    expect((await verify(repository, { readData: true })).problems).toEqual([]);
    const { forgotten } = await applyForget(repository, await planForget(repository, { keepLast: 1 }));
    expect(forgotten).toEqual([before.id]);
    const pruned = await applyPrune(repository, await planPrune(repository), { randomness: realRandomness });
    expect(pruned).toMatchObject({ removed: 0, failed: [] });
    expect((await verify(repository, { readData: true })).problems).toEqual([]);
    expect((await repository.snapshots()).map(({ id }) => id)).toEqual([after.id]);
    await bench.close();
    await close();
  }, 60_000);
});
