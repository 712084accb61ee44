import { beforeEach, expect, it, vi } from 'vitest';
import { timeLeft } from '../../../src/lib/phases.ts';

vi.mock('@grafana/runtime', () => ({ config: { featureToggles: {}, bootData: { user: { timezone: 'UTC' } } } }));
vi.mock('i18next', () => import('../english.ts'));
beforeEach(() => vi.stubGlobal('document', { documentElement: { lang: 'en-US' } }));

const whole = { phase: 'restoring', done: 3, kinds: {} };
const step = { name: 'restoring', number: 2, of: 2, done: 3, total: 100 };

it.each([
  ['nothing while nothing is known', { ...whole, step }, undefined],
  ['what was measured in the last step', { ...whole, step: { ...step, secondsLeft: 11 } }, 'less than 20 sec left'],
  ['minutes', { ...whole, secondsLeft: 100 }, 'less than 3 min left'],
  [
    'how long earlier runs took, before the last step',
    { ...whole, endsWithin: 30, step: { ...step, number: 1, secondsLeft: 2 } },
    'less than 40 sec left',
  ],
  [
    'only the time of the step where no run was before',
    { ...whole, step: { ...step, number: 1, secondsLeft: 2 } },
    'less than 10 sec left in this step',
  ],
])('says %s', (_, progress, text) => {
  expect(timeLeft(progress)).toBe(text);
});
