import { expect, it } from 'vitest';
import { targetLine } from '../../../pkg/service/readiness/lines/target.ts';

const bucket = { versioning: false, objectLock: false, expiring: [] };
const advised = (...args: Parameters<typeof targetLine>) => targetLine(...args).advice?.map(({ code }) => code);

it('advises a second copy only where none is set', () => {
  expect(advised(bucket, 'none')).toEqual(['ready-protect', 'ready-protect-copy']);
  expect(advised(bucket, 'set')).toEqual(['ready-protect']);
  expect(advised(undefined, 'none')).toEqual(['ready-protect-directory', 'ready-protect-copy']);
  expect(advised(undefined, 'set')).toEqual(['ready-protect-directory']);
});

it('is fine once a second copy is proven', () => {
  expect([targetLine(bucket, 'set').level, targetLine(bucket, 'proven').level]).toEqual(['warning', 'ok']);
});
