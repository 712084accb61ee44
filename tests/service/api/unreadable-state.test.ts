import { expect, it } from 'vitest';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { ApiTokens } from '../../../pkg/service/api-tokens/api-tokens.ts';
import { realRandomness } from '../../support/ports.ts';
import { TestClock } from '../../support/repository/repository.ts';

class UnreadableState extends MemoryState {
  override get(): Promise<Buffer | undefined> {
    return Promise.reject(new DashkeepError('DK_KUBERNETES', 'the Secret cannot be read'));
  }
}

it('while the state cannot be read, takes the token that is given now, and not the one before', async () => {
  let given = 'first-token-0123456789-0123456789';
  const tokens = new ApiTokens({
    given: async () => given,
    rotates: true,
    state: new UnreadableState(),
    clock: new TestClock(),
    randomness: realRandomness,
    log: silentLog,
  });
  await tokens.load();
  expect(await tokens.orgOf(given)).toBe('home');

  const before = given;
  given = 'second-token-0123456789-0123456789';
  await tokens.load();

  expect(await tokens.orgOf(given)).toBe('home');
  expect(await tokens.orgOf(before)).toBeUndefined();
});
