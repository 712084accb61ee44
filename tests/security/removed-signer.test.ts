import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryState } from '../../pkg/lib/state.ts';
import type { Repository } from '../../pkg/repository/repository.ts';
import { publicKeyFile, signatureKey } from '../../pkg/repository/layout.ts';
import { distrust } from '../../pkg/repository/signing/distrust.ts';
import { RememberedTarget } from '../../pkg/repository/signing/remembered-target.ts';
import { call } from '../simulator/http.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { startGrafana } from '../support/grafana/index.ts';
import { removeDirectory, startService } from '../support/service.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { eventually } from '../support/ports.ts';
import { backup, open, SeededRandomness, stateOf, TestClock, type World } from '../support/repository/repository.ts';

/**
 * A signing key was stolen, and a person trusts it no longer. In the bucket, the key before it still hands over to it;
 * the thief may put any file there.
 */
let world: World & { store: MemoryStore };
let first: string;
let stolen: string;

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  await backup(await open(world), world, { a: { v: 1 } });
  const repository = await open(world);
  first = repository.trust.own!;
  await repository.trust.signing.rotate();
  stolen = repository.trust.own!;
});

const trusts = ({ trust }: Repository, key: string): boolean => trust.keys.trusted.has(key);

describe('on the machine that made it', () => {
  beforeEach(async () => {
    world.clock.advance(3_600_000);
    await backup(await open(world), world, { a: { v: 'stolen' } });
    await (await open(world)).trust.signing.rotate();
    await (await open(world)).trust.keys.unpin(stolen);
  });

  it('no hand-over brings it back, nor what it signed', async () => {
    const repository = await open(world);
    expect(trusts(repository, first)).toBe(true);
    expect(trusts(repository, stolen)).toBe(false);
    expect((await repository.snapshots()).map(({ signed }) => signed)).toEqual([false, true]);
  });

  it('a person who gives its fingerprint does', async () => {
    await (await open(world)).trust.keys.pin(stolen, 'a test');
    expect(trusts(await open(world), stolen)).toBe(true);
  });
});

describe('on a machine that trusts only the key before it', () => {
  let state: MemoryState;
  const laptop = () => open(world, { create: false, state });

  beforeEach(async () => {
    state = new MemoryState();
    await (await laptop()).trust.keys.pin(first, 'a test');
    expect(trusts(await laptop(), stolen)).toBe(true);
  });

  it('it is removed, and with it all that it hands over to', async () => {
    const repository = await open(world);
    await repository.trust.signing.rotate();
    expect(trusts(await laptop(), repository.trust.own!)).toBe(true);
    await (await laptop()).trust.keys.unpin(stolen);
    expect([...(await laptop()).trust.keys.trusted]).toEqual([first]);
  });

  it('it stays removed although the thief hid the hand-over meanwhile', async () => {
    const files = [publicKeyFile(stolen), signatureKey(publicKeyFile(stolen))];
    const bodies = await Promise.all(files.map((file) => world.store.get(file)));
    await world.store.deleteMany(files);
    await (await laptop()).trust.keys.unpin(stolen);
    await Promise.all(files.map((file, index) => world.store.put(file, bodies[index]!)));
    expect(trusts(await laptop(), stolen)).toBe(false);
  });

  it('it is not removed in appearance only, where the settings name it', async () => {
    const options = { create: false, state, trustedKeys: [stolen] };
    await expect((await open(world, options)).trust.keys.unpin(stolen)).rejects.toMatchObject({
      code: 'DK_USAGE',
      hint: expect.stringContaining('DASHKEEP_TRUSTED_KEYS'),
    });
  });
});

describe('when it is removed', () => {
  const target = () => new RememberedTarget(stateOf(world.store), world.store.description);

  it('the newest snapshot of the other keys is remembered', async () => {
    world.clock.advance(3_600_000);
    await (await open(world)).trust.signing.rotate();
    const { id } = await backup(await open(world), world, { a: { v: 2 } });
    await distrust(await open(world), stolen);
    expect((await target().read())?.newest).toBe(id);
  });

  it('what was missing before stays a finding', async () => {
    const { newest } = (await target().read())!;
    await world.store.deleteMany([`snapshots/${newest}.json.gz`]);
    await distrust(await open(world), first);
    expect((await target().read())?.findings).toMatchObject([{ code: 'DK_REPOSITORY_EMPTIED' }]);
  });
});

it('a restore that the service planned before is not applied after, nor read for its changes', async () => {
  const grafana = await startGrafana({ profile: '12.4' });
  grafana.demoSeed();
  const directory = await mkdtemp(join(tmpdir(), 'dashkeep-removed-signer-'));
  const dashkeep = (state: string, ...args: string[]): Promise<Ended> =>
    runCli(args, {
      GRAFANA_URL: grafana.url,
      GRAFANA_API_TOKEN: grafana.token(),
      DASHKEEP_TARGET: `file://${join(directory, 'target')}`,
      DASHKEEP_STATE_DIR: join(directory, state),
    });
  const service = await startService({ grafanaUrl: grafana.url, directory });
  try {
    const made = await service.call('POST', '/runs', { kind: 'backup' });
    await service.ended(made.json.id);
    const { snapshot } = (await dashkeep('other', 'backup', '--json')).json;
    const { own } = (await dashkeep('other', 'keys', '--json')).json;
    await dashkeep('state', 'trust', own);
    const [uid = ''] = grafana.state.org(1).dashboards.keys();
    const dashboard = { uid, title: 'Changed' };
    await call(grafana, 'admin:admin', 'POST /api/dashboards/db', { dashboard, overwrite: true });
    const question = { snapshot, selection: { type: 'everything' }, options: { overwrite: true } };
    // The service asks for what a person trusts once a second.
    const plan = await eventually('a plan', async () => {
      const made = await service.call('POST', '/restores', question);
      return made.status === 201 ? made : undefined;
    });
    const changes = `/restores/${plan.json.id}/changes?kind=dashboard&uid=${uid}`;
    expect((await service.call('GET', changes)).status).toBe(200);
    await dashkeep('state', 'trust', own, '--remove');
    expect((await service.call('GET', changes)).json).toMatchObject({ error: { code: 'DK_SNAPSHOT_FOREIGN' } });
    grafana.clearRequests();
    const applied = await service.call('POST', `/restores/${plan.json.id}/apply`, { confirm: plan.json.confirm });
    expect(await service.ended(applied.json.id)).toMatchObject({
      status: 'failed',
      failure: { code: 'DK_SNAPSHOT_FOREIGN' },
    });
    expect(grafana.writes()).toEqual([]);
  } finally {
    await service.stop();
    await grafana.close();
    await removeDirectory(directory);
  }
});
