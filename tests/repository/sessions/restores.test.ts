import { expect, it } from 'vitest';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { asTheyAre } from '../../../pkg/engine/runs.ts';
import { openRestore } from '../../../pkg/repository/sessions/restores.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { backup, open, SeededRandomness, TestClock } from '../../support/repository/repository.ts';

const FIRST = { id: '20261124T000000Z-f0f0f0f0', grafana: ['theirs'] };
const SECOND = { id: '20261124T000005Z-0f0f0f0f', grafana: ['theirs'] };

/**
 * A repository with backups of a service that burned, and two new machines that do not know each other's key.
 * @param target - the target's clock, if another one
 */
async function twoNewMachines(target?: TestClock) {
  const clock = new TestClock();
  const store = new MemoryStore({ clock: target ?? clock });
  const world = { clock, store, randomness: new SeededRandomness() };
  const service = await open(world);
  await backup(service, world, { a: { v: 1 } });
  const machine = async () => {
    const repository = await open(world, { state: new MemoryState(), ignoreClock: target !== undefined });
    await repository.trust.keys.pin(service.trust.own ?? '', 'test');
    await repository.trust.signing.signer();
    return repository;
  };
  return { ...world, first: await machine(), second: await machine() };
}

it('a restore gives way to one of a machine whose key is not trusted here, and repeats nothing that it says', async () => {
  const { first, second } = await twoNewMachines();
  const session = await openRestore(first.sessions, FIRST, {});
  await expect(openRestore(second.sessions, SECOND, {})).rejects.toMatchObject({
    code: 'DK_BUSY',
    message: expect.stringMatching(/^another restore \(20261124T000000Z-f0f0f0f0\) is in progress, last seen 0 s ago$/),
    hint: expect.stringMatching(/retry in \d+ s\. No trusted key signed that session/),
  });
  await expect(openRestore(second.sessions, { ...SECOND, grafana: ['another'] }, {})).resolves.toBeDefined();
  await session.end();
  await expect(openRestore(second.sessions, SECOND, {})).resolves.toBeDefined();
});

it('does not give way to a copy of a session that ended long ago', async () => {
  const { first, second, clock, store } = await twoNewMachines();
  await openRestore(first.sessions, FIRST, {});
  const key = `sessions/${FIRST.id}.json`;
  const old = await store.get(key);
  clock.advance(86_400_000);
  await store.put(key, old);
  await expect(openRestore(second.sessions, SECOND, {})).resolves.toBeDefined();
});

it.each(['2026-11-24T15:30:00.000Z', '2025-11-24T14:30:00.000Z'])(
  'goes by the clock of the target, whose time is %s, although a person says that it is wrong',
  async (time) => {
    const { first, second } = await twoNewMachines(new TestClock(time));
    await openRestore(first.sessions, FIRST, {});
    await expect(openRestore(second.sessions, SECOND, {})).rejects.toMatchObject({ code: 'DK_BUSY' });
    const run = { ...FIRST, kind: 'restore', status: 'running' } as const;
    expect(await asTheyAre(first, [run], {})).toEqual([run]);
  },
);
