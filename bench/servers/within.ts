import type { Setup } from '../types.ts';
import { warmUp } from './warm.ts';
import { World } from './world.ts';

/** Gives a world to some work and clears it away afterwards, whatever happens. */
export async function within<T>(setup: Setup, work: (world: World) => Promise<T>): Promise<T> {
  const world = await World.start(setup);
  try {
    await warmUp(world);
    return await work(world);
  } finally {
    await world.stop();
  }
}
