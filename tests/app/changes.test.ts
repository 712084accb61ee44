import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHANGES, changeSentence, type ChangeCode } from '../../pkg/contract/changes/catalogue.ts';

const { changeText } = await import('../../src/lib/catalogue/changes.ts');
const { diffWords } = await import('../../src/lib/wordDiff.ts');

const CODES = Object.keys(CHANGES) as ChangeCode[];

describe('changes in the words of the app', () => {
  it('are all shown somewhere', () => {
    const engine = resolve(import.meta.dirname, '../../pkg/engine/changes');
    const source = readdirSync(engine, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(engine, name), 'utf8'))
      .join('\n');
    const made = (code: string) => new RegExp(`'${code}'|\`${code.replace(/-(added|removed)$/, '-\\$\\{what\\}')}\``);
    expect(CODES.filter((code) => !made(code).test(source))).toEqual([]);
  });

  it('have words for what is not there', () => {
    expect(changeText({ code: 'panel-unit', params: { panel: 'CPU', before: '', after: 'bytes' } })).toBe(
      'Panel “CPU”: unit changed from nothing to bytes',
    );
    expect(changeText({ code: 'setting-values', params: { name: 'weekStart', before: '', after: 'monday' } })).toBe(
      'Setting weekStart changed from default to monday',
    );
    const permission = { type: 'service account', name: 'ci', after: 'Edit' };
    expect(changeText({ code: 'permission-added', params: permission })).toBe('Service account ci gained Edit');
  });

  it('name data sources and fields of alerting as Grafana’s pages do', () => {
    const source = { rule: 'Down', query: 'A', before: 'p8e2', after: 'gone1' };
    expect(changeText({ code: 'rule-query-source', params: source })).toBe(
      'Rule “Down”: query A uses data source gone1 instead of Metrics',
    );
    const wait = { name: 'group_wait', before: '30s', after: '1m' };
    expect(changeText({ code: 'policy-setting', params: wait })).toBe(
      'Default policy: group wait changed from 30s to 1m',
    );
    expect(changeText({ code: 'rule-label-removed', params: { rule: 'Down', name: 'group_wait' } })).toContain(
      'label group_wait removed',
    );
  });

  it('of a later release are shown as they are', () => {
    const later = { code: 'of-tomorrow', params: { name: 'x' } };
    expect(changeText(later)).toBe(changeSentence(later));
    expect(changeText(later)).toBe('of-tomorrow x');
  });
});

describe('two texts word by word', () => {
  const shown = (before: string, after: string): string =>
    diffWords(before, after)
      .map(({ change, text }) => (change === 'added' ? `[+${text}]` : change === 'removed' ? `[-${text}]` : text))
      .join('');

  it('show what went and what came in its place', () => {
    expect(shown('rate(a_total[5m])', 'rate(b_total[5m])')).toBe('rate([-a_total][+b_total][5m])');
    expect(shown('', 'up')).toBe('[+up]');
    expect(shown('up', '')).toBe('[-up]');
    expect(shown('same', 'same')).toBe('same');
  });

  it('that have nothing in common are shown one after the other', () => {
    const many = (word: string) => Array.from({ length: 1_500 }, (_, at) => `${word}${at}`).join(' ');
    expect(diffWords(many('a'), many('b')).map(({ change }) => change)).toEqual(['removed', 'added']);
  });
});
