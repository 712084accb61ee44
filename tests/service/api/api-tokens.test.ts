import { expect, it } from 'vitest';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { ApiTokens } from '../../../pkg/service/api-tokens/api-tokens.ts';
import { realRandomness } from '../../support/ports.ts';
import { TestClock } from '../../support/repository/repository.ts';

const over = (state: MemoryState): ApiTokens =>
  new ApiTokens({ rotates: true, state, clock: new TestClock(), randomness: realRandomness, log: silentLog });

it('does not refuse a token while the stored ones are still being read, as after each start', async () => {
  const state = new MemoryState();
  const token = await over(state).current(1, 1);

  const tokens = over(state);
  const loaded = tokens.load();

  expect(await Promise.all([tokens.orgOf(token), tokens.orgOf(token), tokens.orgOf('unknown')])).toEqual([
    1,
    1,
    undefined,
  ]);
  await loaded;
});

it('accepts a new token although an older look at the stored ones ends later', async () => {
  let answer = (): void => undefined;
  const slow = new Promise<void>((resolve) => (answer = resolve));
  let isSlow = false;
  class SlowState extends MemoryState {
    override async get(name: string): Promise<Buffer | undefined> {
      const value = await super.get(name);
      if (isSlow) {
        isSlow = false;
        await slow;
      }
      return value;
    }
  }
  const tokens = over(new SlowState());
  await tokens.current(1, 1);
  isSlow = true;
  const early = tokens.load();
  const token = await tokens.revoke(1, 1);
  answer();
  await early;
  expect(await tokens.orgOf(token)).toBe(1);
});
