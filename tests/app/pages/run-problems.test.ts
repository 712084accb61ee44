import { expect, it } from 'vitest';
import { showPage } from '../host/runtime.ts';

const { runProblems } = await import('../../../src/lib/runs/problems.ts');

showPage();

it.each([
  [1, { failed: 0, differs: 1 }, '1 resource differs from the snapshot'],
  [2, { failed: 2 }, '2 resources failed'],
  [3, { failed: 1, differs: 2 }, '1 resource failed, 2 resources differ from the snapshot'],
  [0, {}, ''],
])('names %i problems of a run with the counts %o', (problems, counts, text) => {
  expect(runProblems({ problems, counts })).toBe(text);
});
