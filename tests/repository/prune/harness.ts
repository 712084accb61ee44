import { beforeEach } from 'vitest';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { applyForget, planForget } from '../../../pkg/repository/snapshots/forget.ts';
import { applyPrune, planPrune, type PruneResult } from '../../../pkg/repository/prune/prune.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import {
  backup,
  open,
  SeededRandomness,
  TestClock,
  type Dashboards,
  type World,
} from '../../support/repository/repository.ts';

export const HOUR = 3_600_000;
export let world: World & { store: MemoryStore };

/** An empty repository before each test. */
export function setUp(): void {
  beforeEach(() => {
    const clock = new TestClock();
    world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  });
}

export async function backUp(dashboards: Dashboards, status: Manifest['status'] = 'complete'): Promise<Manifest> {
  const manifest = await backup(await open(world), world, dashboards, { status });
  world.clock.advance(HOUR);
  return manifest;
}

export async function prune(confirmed = false): Promise<PruneResult> {
  const repository = await open(world);
  return applyPrune(repository, await planPrune(repository), { randomness: world.randomness, confirmed });
}

export async function forgetAllButLast(): Promise<void> {
  const repository = await open(world);
  await applyForget(repository, await planForget(repository, { keepLast: 1 }));
}

export const shared = { a: { v: 1 }, b: { v: 2 }, c: { v: 3 } };

/** Every object is under object lock from now on. */
export function lockEverything(): void {
  world.store.deleteMany = async (keys) =>
    keys.map((key) => ({ key, problem: { code: 'locked', message: 'retention until 2027' } }));
}
