import { EventEmitter, once } from 'node:events';
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

/** Of two who store a token, the second stores it after the first read it back, and its digest before the first. */
class InterleavedState extends MemoryState {
  readonly #written = new Set<string>();
  readonly #events = new EventEmitter();

  override set(name: string, value: Buffer): Promise<void> {
    return this.#inTurn(name, () => super.set(name, value));
  }

  override add(name: string, value: Buffer): Promise<Buffer> {
    return this.#inTurn(name, () => super.add(name, value));
  }

  override update(name: string, change: (there: Buffer | undefined) => Buffer | undefined): Promise<void> {
    return this.#inTurn(name, () => super.update(name, change));
  }

  async #inTurn<T>(name: string, write: () => Promise<T>): Promise<T> {
    const isSecond = this.#written.has(name);
    this.#written.add(name);
    const isToken = name === 'dashkeep-api-token';
    if (isToken && isSecond) {
      await once(this.#events, 'read back');
    } else if (!isToken && !isSecond) {
      this.#events.emit('read back');
      await once(this.#events, 'stored');
    }
    const result = await write();
    if (!isToken && isSecond) {
      this.#events.emit('stored');
    }
    return result;
  }
}

it.each([
  ['a request that comes while the service starts', (one: ApiTokens) => one],
  ['another replica', (_: ApiTokens, state: MemoryState) => over(state)],
])('stores one first token, also beside %s', async (_, otherOf) => {
  const state = new InterleavedState();
  const tokens = over(state);
  await Promise.all([tokens.load(), otherOf(tokens, state).load()]);
  const token = String(await state.get('dashkeep-api-token'));

  expect(await tokens.orgOf(token)).toBe('home');
  await tokens.load();
  expect(await tokens.orgOf(token)).toBe('home');
});

it('accepts the first token of an unknown home organization although the stored digest is of another', async () => {
  const state = new MemoryState();
  await over(state).load();
  const token = 'e'.repeat(64);
  await state.set('dashkeep-api-token', Buffer.from(token));
  const tokens = over(state);
  expect(await tokens.orgOf(token)).toBe('home');
});
