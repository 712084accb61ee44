import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { MemoryState } from '../../pkg/lib/state.ts';
import { acceptRepository } from '../../pkg/repository/signing/accept.ts';
import { repairConfig } from '../../pkg/repository/verify/repair.ts';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import {
  backup,
  keysOf,
  open,
  SeededRandomness,
  stateOf,
  TestClock,
  type World,
} from '../support/repository/repository.ts';

/** Someone who may write to the bucket puts another `dashkeep.json` there, or none. */
let world: World & { store: MemoryStore };
let id: string;
let key: string;
let snapshot: Manifest;
const ATTACKER = 'e'.repeat(32);

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  const repository = await open(world);
  id = repository.id;
  snapshot = await backup(repository, world, { a: { v: 1 } });
  key = repository.trust.own!;
});

const put = (text: string): Promise<unknown> => world.store.put('dashkeep.json', Buffer.from(text));

describe.each([
  ['{"format":2}', 'format 2'],
  [`{"format":99,"id":"${ATTACKER}"}`, 'format 99'],
  ['{"hello":"world"}', 'an unknown format'],
])('where it is %s', (text, format) => {
  beforeEach(() => put(text));

  it('a machine that knows the repository names what happened, and what to do', async () => {
    for (const create of [true, false]) {
      await expect(open(world, { create })).rejects.toMatchObject({
        code: 'DK_REPOSITORY_REPLACED',
        exit: 4,
        message: expect.stringMatching(new RegExp(`${id}.*${format}`)),
        hint: expect.stringContaining(`dashkeep trust --repository ${id}`),
      });
    }
  });

  it('a person writes it again by naming the repository, and everything is as before', async () => {
    const ports = { ...world, log: silentLog, state: stateOf(world.store) };
    await expect(acceptRepository(ports, ATTACKER)).rejects.toMatchObject({ code: 'DK_USAGE' });
    await acceptRepository(ports, id);
    const repository = await open(world, { create: false });
    expect([repository.id, (await repository.manifest('latest')).id]).toEqual([id, snapshot.id]);
    expect((await repository.inspect()).all).toEqual([]);
  });

  it('nothing else writes it again: a newer Dashkeep may have', async () => {
    await expect(repairConfig({ ...world, log: silentLog, remembered: id })).rejects.toMatchObject({
      code: 'DK_REPOSITORY_REPLACED',
    });
    await expect(open(world, { state: new MemoryState() })).rejects.toMatchObject({ code: 'DK_REPOSITORY_FORMAT' });
    const ports = { ...world, log: silentLog, state: new MemoryState() };
    await expect(acceptRepository(ports, id)).rejects.toMatchObject({ code: 'DK_REPOSITORY_FORMAT' });
    expect((await world.store.get('dashkeep.json')).toString()).toBe(text);
  });
});

it('a repository that was open when it was overwritten is not written to', async () => {
  const repository = await open(world);
  await put('{"format":2}');
  expect((await repository.inspect()).all).toMatchObject([
    { code: 'DK_REPOSITORY_REPLACED', params: { format: 'format 2' } },
  ]);
  const before = await keysOf(world.store);
  await expect(backup(repository, world, { a: { v: 2 } })).rejects.toMatchObject({ code: 'DK_REPOSITORY_REPLACED' });
  expect(await keysOf(world.store)).toEqual(before);
});

describe('where it is gone, a machine without state', () => {
  const repair = (trustedKeys: string[]) =>
    repairConfig({ ...world, log: silentLog, state: new MemoryState(), trustedKeys });

  beforeEach(async () => {
    await world.store.deleteMany(['dashkeep.json']);
  });

  /** Someone else signs a later snapshot, for an id of theirs. */
  async function signAnother(): Promise<string> {
    const clock = new TestClock('2026-11-25T00:00:00.000Z');
    const other = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness('other') };
    const repository = await open(other);
    const later = await backup(repository, other, { a: { v: 1 } });
    for (const name of [`snapshots/${later.id}.json.gz`, `signatures/snapshots/${later.id}.json.gz.sig`]) {
      await world.store.put(name, await other.store.get(name));
    }
    return repository.id;
  }

  it('takes the id from what a trusted key signed, whatever anyone else signed later', async () => {
    await signAnother();
    expect(await repair([key])).toMatchObject({ id });
  });

  it('writes nothing without a trusted key, and names what to give', async () => {
    await signAnother();
    for (const keys of [[], [ATTACKER]]) {
      await expect(repair(keys)).rejects.toMatchObject({
        code: 'DK_REPOSITORY_FORMAT',
        hint: expect.stringContaining('DASHKEEP_TRUSTED_KEYS'),
      });
    }
    expect(await keysOf(world.store, 'dashkeep')).toEqual([]);
  });
});

describe('for people', () => {
  let grafana: Simulator;
  let directory: string;

  beforeEach(async () => {
    grafana = await startGrafana({ profile: '12.4' });
    directory = await mkdtemp(join(tmpdir(), 'dashkeep-overwritten-'));
  });

  afterEach(async () => {
    await grafana.close();
    await removeDirectory(directory);
  });

  it('the command line says it in each command', async () => {
    const dashkeep = (...args: string[]): Promise<Ended> =>
      runCli(args, {
        GRAFANA_URL: grafana.url,
        GRAFANA_API_TOKEN: grafana.token(),
        DASHKEEP_TARGET: `file://${join(directory, 'target')}`,
        DASHKEEP_STATE_DIR: join(directory, 'state'),
      });
    await dashkeep('backup');
    await writeFile(join(directory, 'target/dashkeep.json'), '{"format":2}');
    for (const command of ['snapshots', 'verify', 'backup', 'repair', 'keys']) {
      await expect(dashkeep(command), command).rejects.toMatchObject({ code: 'DK_REPOSITORY_REPLACED' });
    }
  });

  it('the service says it, also after a restart', async () => {
    const start = (): Promise<TestService> => startService({ grafanaUrl: grafana.url, directory });
    let service = await start();
    try {
      const { json } = await service.call('POST', '/runs', { kind: 'backup' });
      expect(await service.ended(json.id)).toMatchObject({ status: 'complete' });
      await service.stop();
      await writeFile(join(directory, 'target/dashkeep.json'), '{"format":2}');
      service = await start();
      await expect
        .poll(async () => (await service.call('GET', '/status')).json.warnings)
        .toContainEqual(expect.objectContaining({ code: 'DK_REPOSITORY_REPLACED' }));
    } finally {
      await service.stop();
    }
  });
});
