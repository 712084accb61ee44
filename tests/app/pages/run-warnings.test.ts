import { expect, it } from 'vitest';
import { reason } from '../../../pkg/contract/reasons/catalogue.ts';
import { warningOf } from '../../../pkg/contract/reasons/reason.ts';

const { runWarnings } = await import('../../../src/lib/catalogue/reasons.ts');
await import('../../../src/lib/catalogue/restoreReasons.ts');

it('warnings of a verification with the same error are one, with a list and what to do', () => {
  const found = ['one', 'two', 'three'].map((id) => `untrusted: it is not signed (${id})`);
  const errors = found.map((message) => ({ code: 'DK_SNAPSHOT_FOREIGN' as const, params: { message } }));
  const mended = reason('copy-mended', { count: '2' });
  const warnings = runWarnings(warningOf([...errors, mended]));
  expect(warnings).toMatchObject([
    {
      title: 'This snapshot is not signed by a trusted key (3)',
      found,
      hint: expect.stringContaining('administrator'),
    },
    { title: 'Objects copied again because they were missing or damaged in the copy: 2', found: [expect.anything()] },
  ]);
  expect(runWarnings(warningOf(errors.slice(0, 1)))).toMatchObject([
    { title: `This snapshot is not signed by a trusted key: ${found[0]}`, found: [found[0]] },
  ]);
});
