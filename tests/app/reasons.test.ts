import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compact } from '../../pkg/contract/compact.ts';
import { DashkeepError } from '../../pkg/contract/errors.ts';
import { ERROR_CATALOGUE } from '../../pkg/contract/errors/catalogue.ts';
import { ResourceProblem } from '../../pkg/contract/manifest.ts';
import { reason } from '../../pkg/contract/reasons/catalogue.ts';
import { PAGE_REASONS, type PageReasonCode } from '../../pkg/contract/reasons/pages.ts';
import { because, lossesOf, reasonWithHint, warningOf } from '../../pkg/contract/reasons/reason.ts';

const { findingsText, hintsText, isLeftAsDiffering, lossTexts, reasonText, warningTexts } =
  await import('../../src/lib/catalogue/reasons.ts');

await import('../../src/lib/catalogue/restoreReasons.ts');

const CODES = Object.keys(PAGE_REASONS) as PageReasonCode[];
describe('the reasons of the service', () => {
  it.each(CODES)('%s has a text on pages that is filled', (code) => {
    const text = PAGE_REASONS[code];
    const names = [...JSON.stringify(text).matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const params = Object.fromEntries(names.map((name) => [name, 'x']));
    expect(reasonText({ reason: 'English', code, params })).not.toMatch(/^English$|\{\w+\}/);
  });

  it('are all given somewhere', () => {
    const pkg = resolve(import.meta.dirname, '../../pkg');
    const names = readdirSync(pkg, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !name.startsWith('contract'),
    );
    const source = names.map((name) => readFileSync(join(pkg, name), 'utf8')).join('\n');
    expect(CODES.filter((code) => !source.includes(`'${code}'`))).toEqual([]);
  });

  it('are shown in the words of the app', () => {
    expect(reasonText(because(reason('managed', { manager: 'terraform' })))).toBe(
      'Managed by terraform, which would undo the change',
    );
    const needs = { kind: 'folder', title: 'Shop', resource: 'folder/shop' };
    expect(reasonText(because(reason('needs', needs)))).toBe('Needs “Shop” (Folders), which is missing');
    expect(reasonText(because(reason('as-planned')))).toBe('');
  });

  it('are shown whatever names a forged record gives to its params', () => {
    const params = JSON.parse('{"__proto__": "x", "constructor": "y", "uid": "prom"}') as Record<string, string>;
    expect(reasonText({ reason: 'English', code: 'stand-in-chosen', params })).toBe(
      'Data source prom is used instead, as chosen',
    );
    expect(reasonText({ reason: 'English', code: 'latest-never-full', params: { state: 'constructor' } })).toContain(
      'is not full (constructor),',
    );
  });

  it('that are errors have the name of the error, and what was met', () => {
    const given = { reason: 'no', code: 'DK_GRAFANA_FORBIDDEN', params: { message: 'no' } };
    expect(reasonText(given)).toMatch(/^\S.+: no$/);
  });

  it('that are errors have their advice, a special one or that of the error, also in records', () => {
    const given = { reason: 'English', code: 'DK_GRAFANA_FORBIDDEN', params: { message: 'no' } };
    for (const raised of [undefined, reason('mount-writable')]) {
      const error = new DashkeepError('DK_GRAFANA_FORBIDDEN', 'no', compact({ advice: raised }));
      const problem = { org: 1, kind: 'dashboard', uid: '', ...because(reasonWithHint(error)) };
      const advice = raised === undefined ? 'or the Admin role.' : 'Mount the directory as writable.';
      expect(problem.reason).toMatch(new RegExp(`^no\\. .*${advice}$`));
      expect(reasonText(ResourceProblem.parse(problem))).toBe(`${reasonText(given)}. ${error.hint}`);
    }
  });

  it('of an earlier or later release are shown as the service says them', () => {
    expect(reasonText({ reason: 'is there and differs; --overwrite replaces it' })).toBe(
      'is there and differs; --overwrite replaces it',
    );
    expect(reasonText({ reason: 'because of tomorrow', code: 'of-tomorrow', params: {} })).toBe('because of tomorrow');
  });

  it('for losses come in their order, those without data as they are', () => {
    const reported = lossesOf([reason('enter-again', { field: 'password' }), reason('tokens-lost')]);
    expect(lossTexts(reported)).toEqual(['Enter again: password', 'Create new tokens']);
    expect(lossTexts({ losses: ['tokens: make new ones'] })).toEqual(['tokens: make new ones']);
  });

  it('for warnings come in their order, those of earlier releases as they are', () => {
    expect(warningTexts(warningOf([reason('locks-not-renewed', { message: 'denied' })]))).toEqual([
      'Object lock could not be renewed, so it may expire for older objects: denied',
    ]);
    expect(warningTexts({ warnings: ['as it was said'] })).toEqual(['as it was said']);
    expect(warningTexts({})).toEqual([]);
  });

  it('for what a check found are shown together, or in its words where one is not known here', () => {
    const findings = [reason('bytes-written', { bytes: '12' }), reason('rewrite-seen')];
    expect(findingsText({ detail: 'English', findings })).toBe('12 bytes written; overwrites are visible immediately');
    expect(findingsText({ detail: 'English', findings: [...findings, { code: 'of-tomorrow', params: {} }] })).toBe(
      'English',
    );
    expect(findingsText({ detail: 's3://bucket' })).toBe('s3://bucket');
  });

  it('for what to do about a check are shown together, or in English where the service knows better', () => {
    const hints = [reason('grant-permission', { permission: 's3:PutObject' }), reason('b2-credentials')];
    expect(hintsText(hints)).toBe(
      'Grant s3:PutObject. The master key does not work with S3. Create an application key.',
    );
    const general = { code: 'DK_STORE_DENIED', params: { message: ERROR_CATALOGUE.DK_STORE_DENIED.hint } };
    expect(hintsText([general])).toBe('Grant the credentials the permission named in the message.');
    expect(hintsText([{ ...general, params: { message: 'Mount the directory as writable.' } }])).toBeUndefined();
    expect(hintsText([...hints, { code: 'of-tomorrow', params: {} }])).toBeUndefined();
    expect(hintsText([])).toBeUndefined();
  });

  it('offer to overwrite what differs, unless it only came along', () => {
    expect(isLeftAsDiffering(because(reason('kept')))).toBe(true);
    expect(isLeftAsDiffering(because(reason('kept-along', { kind: 'folder-permissions', uid: 'a' })))).toBe(false);
  });
});
