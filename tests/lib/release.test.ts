import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Agent } from '../../pkg/lib/http/agent.ts';
import { sendRequest } from '../../pkg/lib/http/request.ts';
import { ownCopy, release } from '../../pkg/lib/memory/release.ts';
import { listening } from '../support/servers/listening.ts';

const MB = 1024 * 1024;

test('frees all the memory of a buffer immediately', () => {
  const page = Buffer.alloc(MB, 'x');
  const part = page.subarray(100);
  const before = process.memoryUsage().arrayBuffers;

  release(part);

  expect(page.length).toBe(0);
  expect(before - process.memoryUsage().arrayBuffers).toBeGreaterThanOrEqual(MB);
});

test('may be asked twice', () => {
  const page = Buffer.alloc(MB);

  release(page);

  expect(() => release(page)).not.toThrow();
});

test('leaves alone what Node gives to many', () => {
  const pooled = Array.from({ length: 50 }, (_, index) => Buffer.from(`small ${index}`));

  pooled.forEach(release);

  expect(pooled.map(String)).toEqual(pooled.map((_, index) => `small ${index}`));
  expect(Buffer.from('after it').toString()).toBe('after it');
});

test.each([1, 100, 20_000, 100_000])('a copy of %d bytes has its own memory', (size) => {
  const copy = ownCopy(Buffer.alloc(size, 'x'));

  expect([copy.length, copy.buffer.byteLength]).toEqual([size, size]);
  expect(copy.toString('latin1', size - 1)).toBe('x');
});

test.each([
  ['in many parts keeps none of them', 4 * MB, 0],
  ['in one part is that part', 20_000, 20_000],
])('an answer %s', async (_, size, kept) => {
  const server = await listening((_, response) => response.end(Buffer.alloc(size, 'x')));
  const dispatcher = new Agent();
  let first: Buffer = Buffer.alloc(0);
  try {
    const { body } = await sendRequest({
      dispatcher,
      origin: server.url,
      path: '/',
      method: 'GET',
      headers: {},
      body: null,
      idle: 10_000,
      maxBytes: size,
      begins: (part) => (first = part),
    });
    await nextTurn();

    expect(first.length).toBe(kept);
    expect(body.equals(Buffer.alloc(size, 'x'))).toBe(true);
  } finally {
    await dispatcher.close();
    await server.close();
  }
});
