import { generateIdentity, identityToRecipient } from 'age-encryption';
import { beforeAll, beforeEach } from 'vitest';
import { MemoryState, type StateStore } from '../../../pkg/lib/state.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { check } from '../../support/repository/checker.ts';
import { keysOf, open, SeededRandomness, TestClock, type World } from '../../support/repository/repository.ts';

export const HOUR = 3_600_000;
export const dashboards = { one: { title: 'Salaries' }, two: { title: 'Two' } };

export let world: World & { store: MemoryStore };
export let state: StateStore;
export let alice: { identity: string; recipient: string };
export let bob: { identity: string; recipient: string };

/** Sets up keys once and an empty world before each test. */
export function setUp(): void {
  beforeAll(async () => {
    [alice, bob] = await Promise.all([keyPair(), keyPair()]);
  });

  beforeEach(() => {
    const clock = new TestClock();
    world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
    state = new MemoryState();
  });
}

async function keyPair(): Promise<{ identity: string; recipient: string }> {
  const identity = await generateIdentity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** The service: knows whom to write for, and what it remembers itself. */
export function service(recipients = [alice.recipient]) {
  return open(world, { recipients, state });
}

/** The checker over everything in the store. */
export function checked(identities = [alice.identity]) {
  const { store } = world;
  return check({ keys: () => keysOf(store), read: (key) => store.get(key) }, identities);
}

/** The service has lost what it remembered. */
export function loseState(): void {
  state = new MemoryState();
}
