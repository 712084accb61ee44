import { afterEach, expect, it, vi } from 'vitest';
import { budget, depth, seeds } from '../support/budget.ts';

function given(settings: Record<string, string | undefined>): void {
  for (const name of ['DEPTH', 'BUDGET', 'SEED']) {
    vi.stubEnv(`DASHKEEP_TEST_${name}`, settings[name]);
  }
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it('tries little by default, more with depth, and still more where time is given', () => {
  given({});
  expect([depth(), budget(3, 40), [...seeds('x', 3, 40)]]).toEqual(['quick', 3, [0, 1, 2]]);
  given({ DEPTH: 'all' });
  expect([depth(), budget(3, 40), [...seeds('x', 3, 40)].length]).toEqual(['all', 40, 40]);
  given({ DEPTH: 'all', BUDGET: '30m' });
  expect(budget(3, 40)).toBe(120);
});

it('prints the command that tries a failed seed alone', () => {
  const said = vi.spyOn(console, 'error').mockReturnValue();
  const fail = (): void => {
    for (const seed of seeds('a thing', 9, 9)) {
      if (seed === 4) {
        throw new Error('no');
      }
    }
  };
  given({});
  expect(fail).toThrow('no');
  const command = 'DASHKEEP_TEST_SEED=4 npm run test -- tests/lib/budget.test.ts';
  expect(said).toHaveBeenCalledWith(`a thing failed with seed 4. To try it alone: ${command}`);
  given({ SEED: '4' });
  expect([...seeds('a thing', 9, 9)]).toEqual([4]);
  expect(fail).toThrow('no');
});

it('says nothing where every seed passed', () => {
  const said = vi.spyOn(console, 'error').mockReturnValue();
  given({});
  expect([...seeds('a thing', 2, 2)]).toEqual([0, 1]);
  expect(said).not.toHaveBeenCalled();
});
