import { expect, it } from 'vitest';
import { DirectoryFlushes } from '../../pkg/storage/directory/flushes.ts';

/** Flushes that end when they are let. */
function held(): { flushes: DirectoryFlushes; begun: string[]; end(error?: Error): void } {
  const begun: string[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const flushes = new DirectoryFlushes((path) => {
    begun.push(path);
    return new Promise((resolve, reject) => ends.push((error) => (error === undefined ? resolve() : reject(error))));
  });
  return { flushes, begun, end: (error) => ends.shift()?.(error) };
}

it('a flush at work is not trusted with what came after it began, and one more serves all who wait', async () => {
  const { flushes, begun, end } = held();
  const ended: string[] = [];
  const first = flushes.of('a').then(() => ended.push('first'));
  const rest = ['second', 'third', 'fourth'].map((name) => flushes.of('a').then(() => ended.push(name)));
  const other = flushes.of('b');
  expect(begun).toEqual(['a', 'b']);
  end();
  await first;
  await new Promise((resolve) => setImmediate(resolve));
  expect([begun, ended]).toEqual([['a', 'b', 'a'], ['first']]);
  end();
  end();
  await Promise.all([...rest, other]);
  expect(begun).toHaveLength(3);
});

it('a flush that fails fails for those alone who waited for it', async () => {
  const { flushes, begun, end } = held();
  const first = flushes.of('a');
  const second = flushes.of('a');
  end(new Error('the disk is full'));
  await expect(first).rejects.toThrow('the disk is full');
  await new Promise((resolve) => setImmediate(resolve));
  end();
  await second;
  await Promise.all([flushes.of('a'), new Promise((resolve) => setImmediate(() => resolve(end())))]);
  expect(begun).toHaveLength(3);
});
