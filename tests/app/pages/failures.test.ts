import { describe, expect, it } from 'vitest';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { showPage } from '../host/runtime.ts';

showPage();

describe('a call that failed because no target is set', async () => {
  const { ServiceError } = await import('../../../src/api/errors.ts');
  const { explainFailure } = await import('../../../src/lib/problems/failures.ts');
  const { code, message, hint } = new DashkeepError('DK_UNCONFIGURED', 'no target is set yet');
  const explained = explainFailure(new ServiceError('service', 409, { code, message, hint }));

  it('is said once', () => {
    const { title, fact = '', detail, advice } = explained;
    expect([title, fact, detail, advice]).toEqual([
      'No target is set yet',
      '',
      '',
      'Set the target first, in the settings or in the deployment.',
    ]);
  });

  it('leads to the settings', () => {
    expect(explained.remedy).toBe('settings');
  });

  it('is said once where only the home organization may do it', () => {
    const refused = new DashkeepError('DK_HOME_ORGANIZATION', 'this is possible only in the home organization');
    const { code, message, hint } = refused;
    expect(explainFailure(new ServiceError('service', 403, { code, message, hint })).detail).toBe('');
  });

  it('says of others what was met, and leads nowhere', () => {
    const other = explainFailure(
      new ServiceError('service', 409, { code: 'DK_BUSY', message: 'a backup runs', hint: '' }),
    );
    expect(other).toMatchObject({ detail: 'a backup runs' });
    expect(other.remedy).toBeUndefined();
  });
});
