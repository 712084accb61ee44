import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { ERROR_CATALOGUE } from '../../pkg/contract/errors.ts';
import { REASONS, reason, type ReasonCode } from '../../pkg/contract/reasons/catalogue.ts';
import { because, losing, warningOf } from '../../pkg/contract/reasons/reason.ts';
import { localeFile } from '../../scripts/texts.ts';

vi.mock('@grafana/runtime', () => ({ config: {} }));
vi.mock('@grafana/i18n', () => import('./english.ts'));

const { findingsText, hintsText, isLeftAsDiffering, lossTexts, reasonText, warningTexts } =
  await import('../../src/lib/reasons/reasons.ts');

const CODES = Object.keys(REASONS) as ReasonCode[];
/** Where there is nothing to say. */
const WORDLESS: ReasonCode = 'as-planned';
const SPOKEN = CODES.filter((code) => code !== WORDLESS);
/** Params that only the texts of the app show. */
const MORE = ['kind', 'minutes', 'names'];

const textsOf = (language: string): Record<string, string> => {
  const texts = JSON.parse(readFileSync(localeFile(language), 'utf8')) as Record<string, Record<string, string>>;
  return texts['reason'] ?? {};
};
const LANGUAGES = readdirSync(resolve(import.meta.dirname, '../../src/locales'));

describe('the reasons of the service', () => {
  it.each(LANGUAGES)('each have a text in %s', (language) => {
    expect(Object.keys(textsOf(language)).sort()).toEqual([...SPOKEN].sort());
  });

  it.each(LANGUAGES)('are not about a command or an environment variable in %s', (language) => {
    for (const [code, text] of Object.entries(textsOf(language))) {
      expect(text, code).not.toMatch(/`|--|[A-Z]+_[A-Z]+/);
    }
  });

  it.each(SPOKEN)('%s has a text in the app that only shows what the service gives', (code) => {
    const given = [...REASONS[code].matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const shown = [...(textsOf('en-US')[code] ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);
    expect([...given, ...MORE]).toEqual(expect.arrayContaining(shown));
    const params = Object.fromEntries([...given, ...MORE].map((name) => [name, 'x']));
    expect(reasonText({ reason: 'English', code, params })).not.toMatch(/^(English)?$|\{/);
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
    const needs = { noun: 'folder', kind: 'folder', title: 'Shop', resource: 'folder/shop' };
    expect(reasonText(because(reason('needs', needs)))).toBe('Needs “Shop” (Folders), which is missing');
    expect(reasonText(because(reason(WORDLESS)))).toBe('');
  });

  it('that are errors have the name of the error, and what was met', () => {
    const given = { reason: 'no', code: 'DK_GRAFANA_FORBIDDEN', params: { message: 'no' } };
    expect(reasonText(given)).toMatch(/^\S.+: no$/);
  });

  it('of an earlier or later release are shown as the service says them', () => {
    expect(reasonText({ reason: 'is there and differs; --overwrite replaces it' })).toBe(
      'is there and differs; --overwrite replaces it',
    );
    expect(reasonText({ reason: 'because of tomorrow', code: 'of-tomorrow', params: {} })).toBe('because of tomorrow');
  });

  it('for losses come in their order, those without data as they are', () => {
    const told = losing([reason('enter-again', { field: 'password' }), reason('tokens-lost')]);
    expect(lossTexts(told)).toEqual(['Enter again: password', 'Create new tokens']);
    expect(lossTexts({ losses: ['tokens: make new ones'] })).toEqual(['tokens: make new ones']);
  });

  it('for warnings come in their order, those of earlier releases as they are', () => {
    expect(warningTexts(warningOf([reason('locks-not-renewed', { message: 'denied' })]))).toEqual([
      'Object lock could not be renewed, so older objects may become deletable: denied',
    ]);
    expect(warningTexts({ warnings: ['as it was said'] })).toEqual(['as it was said']);
    expect(warningTexts({})).toEqual([]);
  });

  it('for what a check found are shown together, or in its words where one is not known here', () => {
    const findings = [reason('bytes-written', { bytes: '12' }), reason('rewrite-seen')];
    expect(findingsText({ detail: 'English', findings })).toBe(
      '12 bytes written; overwritten objects are visible immediately',
    );
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
    expect(hintsText([general])).toBe('Grant the permission that is named here.');
    expect(hintsText([{ ...general, params: { message: 'Mount the directory writable.' } }])).toBeUndefined();
    expect(hintsText([...hints, { code: 'of-tomorrow', params: {} }])).toBeUndefined();
    expect(hintsText([])).toBeUndefined();
  });

  it('offer to overwrite what differs, unless it only came along', () => {
    expect(isLeftAsDiffering(because(reason('kept')))).toBe(true);
    expect(isLeftAsDiffering(because(reason('kept-along', { kind: 'folder-permissions', uid: 'a' })))).toBe(false);
  });
});
