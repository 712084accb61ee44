import { expect, it } from 'vitest';
import { planMarkdown } from '../../../pkg/cli/restore/markdown.ts';
import type { Plan, PlannedItem } from '../../../pkg/engine/restore/types.ts';

/** The cells of the row of a dashboard, as a reader that takes pairs of backslashes for one sees them. */
function cellsOf(title: string): string[] {
  const item = { org: 1, kind: 'dashboard', uid: 'a', title, folder: '', action: 'create', reason: 'missing' };
  const planned = { ...item, code: 'missing', params: {}, losses: [], security: [] } as unknown as PlannedItem;
  const text = planMarkdown({ snapshot: 's', items: [planned] } as unknown as Plan, 'production', []);
  const row = text.split('\n').find((line) => line.startsWith('| create')) ?? '';
  return [...row.matchAll(/\|((?:\\.|[^|\\])*)/g)].map(([, cell = '']) => cell.trim()).filter((cell) => cell !== '');
}

it.each(['a|b', 'a\\|b', 'a\\\\|b', '\\|![](https://example.com/p.png) @everyone `y', '\\'.repeat(3)])(
  'keeps the title %j in its cell',
  (title) => {
    expect(cellsOf(title)).toMatchObject(['create', 'dashboard', expect.stringMatching(/^(`+).*\1$/), '`missing`']);
  },
);

it('leaves other backslashes as they are', () => {
  expect(cellsOf('C:\\temp \\d+')[2]).toBe('`C:\\temp \\d+`');
});
