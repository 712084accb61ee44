import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { inRoomyHeap } from '../../pkg/lib/memory/heap-tuning.ts';
import { depth } from '../support/budget.ts';

const run = promisify(execFile);

it.runIf(depth() === 'all')(
  'is collected less often in a room, and as before after it, though the work failed',
  async () => {
    const { stdout } = await run(process.execPath, ['--import', 'tsx', 'tests/support/heap/work.ts']);
    const [before, inside, after] = JSON.parse(stdout) as [number, number, number];
    expect(inside).toBeLessThan(before * 0.8);
    expect(after).toBeGreaterThan(inside);
  },
);

it('does just the work in a process whose heap is not kept small', async () => {
  expect(await inRoomyHeap(() => Promise.resolve(7))).toBe(7);
  await expect(inRoomyHeap(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
});
