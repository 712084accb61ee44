import { describe, expect, it } from 'vitest';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { reason } from '../../../pkg/contract/reasons/catalogue.ts';
import { because, reasonFrom } from '../../../pkg/contract/reasons/reason.ts';
import { showPage } from '../host/runtime.ts';

showPage({ timezone: 'UTC' });

describe('what the service says with identifiers', async () => {
  const { findingsText, reasonText } = await import('../../../src/lib/catalogue/reasons.ts');
  await import('../../../src/lib/catalogue/restoreReasons.ts');
  const ID = '20261129T203005Z-0a1b2c3d';

  it('names a snapshot by its time', () => {
    expect(reasonText(because(reason('ready-complete', { snapshot: ID })))).toMatch(
      /^Snapshot Nov 29, 2026, 8:30\sPM is complete$/,
    );
    expect(reasonText(because(reason('ready-complete', { snapshot: 'latest' })))).toBe('Snapshot latest is complete');
  });

  it('counts losses in words', () => {
    const losses = '30/1257 dashboard (org 1), 2/3 resources, 2/3, ≠ 4/5 sso-settings, …';
    expect(reasonText(because(reason('mass-change', { since: ID, losses })))).toMatch(
      /: 30 of 1,257 dashboards \(organization 1\), 2 of 3 resources, 2 of 3 resources, ≠ 4 of 5 single sign-on settings, …$/,
    );
  });

  it('writes times as people do', () => {
    const time = '2026-11-29T20:30:05.000Z';
    expect(reasonText(because(reason('same-as-read', { time })))).toMatch(/on Nov 29, 2026, 8:30\sPM$/);
    expect(reasonText(because(reason('covers-unread', { kinds: `annotation (as of ${time})` })))).toMatch(
      /: Annotations \(as of Nov 29, 2026, 8:30\sPM\)$/,
    );
  });

  it.each([
    [reason('silence-ended', { end: '2026-11-29T20:30:05Z' }), 'Ended on'],
    [reason('snapshot-expired', { expires: '2026-11-29T20:30:05Z' }), 'Expired on'],
    [reason('certificate-expires', { end: '2026-11-29T20:30:05.000Z' }), 'The certificate expires on'],
    [reason('token-until', { state: 'valid', expires: '2026-11-29T20:30:05.000Z' }), 'Expires on'],
  ])('writes when something ends as people do: %o', (why, text) => {
    expect(reasonText(because(why))).toMatch(new RegExp(`^${text} Nov 29, 2026, 8:30\\sPM$`));
  });

  it.each([
    ['file', 'a file'],
    ['file (shop.json)', 'a file (shop.json)'],
    ['classic-file-provisioning (shop)', 'a file (shop)'],
    ['plugin', 'a plugin'],
    ['repo (team-a)', 'Git Sync (team-a)'],
    ['terraform (x)', 'terraform (x)'],
  ])('names a manager by its product: %s', (manager, text) => {
    expect(reasonText(because(reason('managed-since', { manager })))).toBe(`Now managed by ${text}`);
  });

  it('says once that no target is set', () => {
    const problem = new DashkeepError('DK_UNCONFIGURED', 'no target is set yet');
    expect(findingsText({ detail: '', findings: [reasonFrom(problem)] })).toBe('No target is set yet');
  });
});
