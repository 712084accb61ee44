import { expect, it } from 'vitest';
import { timeLeft } from '../../../src/lib/phases.ts';
import { showPage } from '../host/runtime.ts';

showPage({ timezone: 'UTC' });

const whole = { phase: 'restoring', done: 3, kinds: {} };
const step = { name: 'restoring', number: 2, of: 2, done: 3, total: 100 };

it.each([
  ['that nothing is known yet', { ...whole, step }, 'time left still unknown'],
  ['nothing while it waits', { ...whole, phase: 'waiting for Grafana', step }, undefined],
  ['nothing of a run that was seen earlier', { ...whole, endsWithin: 0, step }, undefined],
  ['when all ends', { ...whole, endsWithin: 13 }, 'less than 20 sec left'],
  ['minutes', { ...whole, endsWithin: 100 }, 'less than 2 min left'],
  [
    'nothing of a single step, after which more comes',
    { ...whole, step: { ...step, secondsLeft: 2 } },
    'time left still unknown',
  ],
])('says %s', (_, progress, text) => {
  expect(timeLeft(progress)).toBe(text);
});
