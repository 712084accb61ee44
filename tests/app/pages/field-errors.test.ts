import { describe, expect, it } from 'vitest';
import type { SettingsCandidate } from '../../../pkg/contract/api/settings.ts';
import { showPage } from '../host/runtime.ts';

showPage();

describe('what is wrong with a field', async () => {
  const { ServiceError } = await import('../../../src/api/errors.ts');
  const { fieldProblem, isCorrected } = await import('../../../src/pages/Settings/state/fieldErrors.ts');
  const retention = (keepLast: number, keepDaily = 7) => ({ values: { retention: { keepLast, keepDaily } } });
  const candidate = (...given: Parameters<typeof retention>) => retention(...given) as unknown as SettingsCandidate;
  const error = new ServiceError('service', 400, {
    code: 'DK_USAGE',
    message: 'body not valid: values.retention.keepLast: the minimum is 0',
    hint: '',
    fields: { 'values.retention.keepLast': 'the minimum is 0' },
    fieldReasons: { 'values.retention.keepLast': { code: 'number-small', params: { least: '0' } } },
  });
  const attempt = { error, sent: candidate(-1) };

  it('is said beside it, in words for people', () => {
    expect(fieldProblem('retention.keepLast', [attempt], candidate(-1))).toBe('The minimum is 0');
    expect(fieldProblem('retention.keepDaily', [attempt], candidate(-1))).toBeUndefined();
    expect(isCorrected(attempt, candidate(-1))).toBe(false);
  });

  it('is no longer said once the field is edited, and still if another one is', () => {
    expect(fieldProblem('retention.keepLast', [attempt], candidate(3))).toBeUndefined();
    expect(isCorrected(attempt, candidate(3))).toBe(true);
    expect(fieldProblem('retention.keepLast', [attempt], candidate(-1, 3))).toBe('The minimum is 0');
    expect(isCorrected(attempt, candidate(-1, 3))).toBe(false);
  });

  it('is found in secrets, and a failure without fields marks none and stays', () => {
    const fields = { 'secrets.webhookUrl': 'not an address' };
    const wrong = new ServiceError('service', 400, { code: 'DK_SETTINGS', message: '', hint: '', fields });
    const sent = { secrets: { webhookUrl: 'x' } };
    expect(fieldProblem('secrets.webhookUrl', [{ error: wrong, sent }], sent)).toBe('not an address');
    expect(
      fieldProblem('secrets.webhookUrl', [{ error: wrong, sent }], { secrets: { webhookUrl: 'y' } }),
    ).toBeUndefined();
    const down = { error: new ServiceError('unreachable', 502), sent };
    expect(isCorrected(down, {})).toBe(false);
  });
});
