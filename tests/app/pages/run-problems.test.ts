import { beforeEach, expect, it, vi } from 'vitest';

vi.mock('@grafana/runtime', () => ({ config: { featureToggles: {}, bootData: { user: {} } } }));
vi.mock('i18next', () => import('../english.ts'));

const { runProblems } = await import('../../../src/lib/runs/problems.ts');

beforeEach(() => vi.stubGlobal('document', { documentElement: { lang: 'en-US' } }));

it.each([
  [1, { failed: 0, differs: 1 }, '1 resource differs from the snapshot'],
  [2, { failed: 2 }, '2 resources failed'],
  [3, { failed: 1, differs: 2 }, '1 resource failed, 2 resources differ from the snapshot'],
  [0, {}, ''],
])('names %i problems of a run with the counts %o', (problems, counts, text) => {
  expect(runProblems({ problems, counts })).toBe(text);
});
