import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { heapSizeOf } from '../../../pkg/lib/json/heap-size.ts';
import { parseJson } from '../../../pkg/lib/json/json.ts';
import { depth } from '../../support/budget.ts';

const run = promisify(execFile);

it.runIf(depth() === 'all')(
  'is known of a text before it is parsed: never much less than it takes, and not many times as much',
  async () => {
    const args = ['--expose-gc', '--import', 'tsx', 'tests/support/heap/sizes.ts'];
    const { stdout } = await run(process.execPath, args);
    for (const [name, off] of Object.entries(JSON.parse(stdout) as Record<string, number>)) {
      expect(off, name).toBeGreaterThan(0.85);
      expect(off, name).toBeLessThan(6);
    }
  },
);

it.each(['', '{', '"', '"\\', '-', '[1,', '{"a', 'nonsense', '12e'])(
  'is some number for what is no JSON: %s',
  (text) => {
    expect(heapSizeOf(text)).toBeGreaterThanOrEqual(0);
  },
);

it('ends the parsing of what would not fit into the heap', async () => {
  const program = `
    import { parseJson } from './pkg/lib/json/json.ts';
    try { parseJson('[' + '{},'.repeat(4_000_000) + '{}]'); } catch (error) { console.log(error.code); }`;
  const args = ['--max-old-space-size=128', '--import', 'tsx', '--input-type=module', '--eval', program];
  expect((await run(process.execPath, args)).stdout.trim()).toBe('DK_JSON_TOO_LARGE');
  expect(parseJson(`[${'{},'.repeat(1000)}{}]`)).toHaveLength(1001);
});
