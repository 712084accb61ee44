import { describe, expect, it } from 'vitest';
import { applyForget, planForget } from '../../pkg/repository/snapshots/forget.ts';
import { applyPrune, planPrune } from '../../pkg/repository/prune/prune.ts';
import { verify } from '../../pkg/repository/verify/verify.ts';
import { openServer, serversToTest, type Subject } from '../storage/subjects.ts';
import { openWith } from '../support/clouds/open.ts';
import { depth } from '../support/budget.ts';
import { CLOUDS, CLOUDS_INSTALLED } from '../support/clouds/servers.ts';
import { realRandomness } from '../support/ports.ts';
import { openTestStore } from '../support/s3/open-store.ts';
import { startS3Server } from '../support/s3/server.ts';
import { identities, openBench } from './harness.ts';

/**
 * Our own server always, every real one that DASHKEEP_TEST_S3 names (tests/storage/conformance.ts), and, with depth,
 * those of other clouds where they are installed.
 */
const SERVERS: [name: string, open: () => Promise<Subject>][] = [
  [
    'our own server',
    async () => {
      const server = await startS3Server();
      return { store: await openTestStore(server), dispose: () => server.close() };
    },
  ],
  ...serversToTest(process.env['DASHKEEP_TEST_S3']).map((server): [string, () => Promise<Subject>] => [
    server.name,
    () => openServer(server),
  ]),
  ...(depth() === 'all' && CLOUDS_INSTALLED ? CLOUDS : []).map(([name, start]): [string, () => Promise<Subject>] => [
    name,
    async () => {
      const server = await start();
      return { store: await openWith(`${server.target}/prefix`, server.environment), dispose: () => server.close() };
    },
  ]),
];

describe.each(SERVERS)('the main journey on %s', (_, open) => {
  it('goes from a lively Grafana to the bucket and back, and keeps the bucket in order', async () => {
    const { store, dispose } = await open();
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
    await dispose();
  });
});
