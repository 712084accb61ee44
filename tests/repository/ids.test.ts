import { describe, expect, it } from 'vitest';
import { isTimedId, newTimedId, timeOfId } from '../../pkg/repository/layout.ts';

/** Randomness that would turn the order round. */
const least = { fraction: () => 0, hex: (bytes: number) => '00'.repeat(bytes) };
const most = { fraction: () => 0.999, hex: (bytes: number) => 'ff'.repeat(bytes) };

describe('the id of a snapshot or a run', () => {
  it.each([
    ['2026-11-24T14:30:00.000Z', '2026-11-24T14:30:00.001Z'],
    ['2026-11-24T14:30:00.099Z', '2026-11-24T14:30:00.100Z'],
    ['2026-11-24T14:30:00.255Z', '2026-11-24T14:30:00.256Z'],
    ['2026-11-24T14:30:00.999Z', '2026-11-24T14:30:01.000Z'],
  ])('sorts by time, also within a second: %s before %s', (earlier, later) => {
    const [first, second] = [newTimedId(new Date(earlier), most), newTimedId(new Date(later), least)];

    expect(first < second).toBe(true);
    expect([first, second].every(isTimedId)).toBe(true);
    expect(timeOfId(second).getTime()).toBe(Math.floor(new Date(later).getTime() / 1000) * 1000);
  });
});
