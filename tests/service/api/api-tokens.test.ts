import { expect, it } from 'vitest';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { ApiTokens } from '../../../pkg/service/api-tokens/api-tokens.ts';
import { realRandomness } from '../../support/ports.ts';
import { TestClock } from '../../support/repository/repository.ts';

it('does not refuse a token while the stored ones are still being read, as after each start', async () => {
  const state = new MemoryState();
  const restarted = () =>
    new ApiTokens({ rotates: true, state, clock: new TestClock(), randomness: realRandomness, log: silentLog });
  const token = await restarted().current(1, 1);

  const tokens = restarted();
  const loaded = tokens.load();

  expect(await Promise.all([tokens.orgOf(token), tokens.orgOf(token), tokens.orgOf('unknown')])).toEqual([
    1,
    1,
    undefined,
  ]);
  await loaded;
});
