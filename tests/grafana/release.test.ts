import { expect, test } from 'vitest';
import { release } from '../../pkg/grafana/release.ts';

test('frees a large buffer at once', () => {
  const page = Buffer.alloc(1024 * 1024, 'x');
  const before = process.memoryUsage().arrayBuffers;

  release(page);

  expect(page.length).toBe(0);
  expect(before - process.memoryUsage().arrayBuffers).toBeGreaterThanOrEqual(1024 * 1024);
});

test('leaves alone what others may still use', () => {
  const shared = Buffer.alloc(1024 * 1024, 'x');

  release(shared.subarray(1));
  release(Buffer.from('small'));

  expect(shared.toString('latin1', 0, 3)).toBe('xxx');
  expect(Buffer.from('pooled').toString()).toBe('pooled');
});
