import { expect } from 'vitest';
import { DashkeepError } from '../../pkg/contract/errors.ts';
import { verify } from '../../pkg/repository/verify/verify.ts';
import { budget } from '../support/budget.ts';
import type { TestClock } from '../support/repository/repository.ts';
import type { Scenario } from './scenarios.ts';
import { HOUR, NEXT, type Scene } from './scene.ts';
import type { Guard, Method } from './store.ts';

/** What befalls the call at a cut point. */
export const FATES = [
  'killed before',
  'killed after',
  'answer lost',
  'error',
  'slow',
  'truncated',
  'flipped bit',
] as const;
export type Fate = (typeof FATES)[number];

/** Which share of many things is tried: one in how many. With a long enough budget it is each. */
export function oneIn(quick: number, all: number): number {
  return Math.max(1, Math.round(1000 / budget(1000 / quick, 1000 / all)));
}

/** Longer than a session is believed to live without a heartbeat. */
const SLOW = 11 * 60_000;

export interface Cut {
  guard: Guard;
  /** Calls that were made. */
  calls(): Method[];
  /** Whether the cut point was reached and its fate could befall that call. */
  happened(): boolean;
}

/** Counts calls, and lets the fate befall the n-th (from 1). Without a fate it only counts. */
export function cutAt(n: number, fate: Fate | undefined, clock: TestClock): Cut {
  const calls: Method[] = [];
  let dead = false;
  let happened = false;
  const guard: Guard = async ({ method }, effect) => {
    if (dead) {
      throw new Killed();
    }
    calls.push(method);
    if (calls.length !== n || fate === undefined || !applies(fate, method)) {
      return effect();
    }
    happened = true;
    switch (fate) {
      case 'killed before':
        dead = true;
        throw new Killed();
      case 'killed after':
        await effect();
        dead = true;
        throw new Killed();
      case 'answer lost':
        await effect();
        throw new DashkeepError('DK_STORE_UNREACHABLE', 'the connection was lost before the answer came');
      case 'error':
        throw new DashkeepError('DK_STORE_FAILED', 'the store answered 500');
      case 'slow':
        clock.advance(SLOW);
        return effect();
      case 'truncated':
      case 'flipped bit': {
        const spoil = fate === 'truncated' ? cutInHalf : flipOneBit;
        if (method === 'get') {
          return effect(spoil);
        }
        // Damaged on its way in: the store did not acknowledge it, and the writer is gone.
        await effect(spoil);
        dead = true;
        throw new Killed();
      }
    }
  };
  return { guard, calls: () => calls, happened: () => happened };
}

/**
 * Runs a scenario to its n-th call, which meets that fate, and checks that nothing is lost and the next run succeeds.
 * @returns whether the fate could befall that call
 */
export async function outlives(scenario: Scenario, scene: Scene, n: number, fate: Fate): Promise<boolean> {
  const cut = cutAt(n, fate, scene.clock);
  const failure: unknown = await scenario.run(scene, cut.guard).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!cut.happened()) {
    return false;
  }
  const where = `call ${n} ${fate} → ${String(failure)}`;
  const now = await scene.problems([NEXT]);
  expect(now.length, `${where}: ${now.join('; ')}`).toBeLessThanOrEqual(scenario.damaged ?? 0);

  // Long enough for the session of a run that was killed to be taken for dead.
  scene.clock.advance(HOUR);
  await scenario.run(scene).catch((error: unknown) => {
    throw new Error(`${where}: the next run failed`, { cause: error });
  });
  expect(await scene.problems([NEXT]), where).toEqual([]);
  const { problems } = await verify(await scene.person(), { readData: true });
  expect(problems, where).toEqual([]);
  return true;
}

export function applies(fate: Fate, method: Method): boolean {
  return (fate !== 'truncated' && fate !== 'flipped bit') || method === 'get' || method === 'put';
}

export class Killed extends Error {
  constructor() {
    super('killed');
  }
}

function cutInHalf(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

function flipOneBit(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const at = Math.floor(copy.length / 2);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
