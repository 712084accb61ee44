import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, parseJson, type Json, type JsonObject } from '../../../pkg/lib/json/json.ts';
import { dashboardReferences, renameInDashboard } from '../../../pkg/grafana/kinds/dashboards/dashboard/references.ts';
import { withoutUid } from '../../../pkg/lib/json/patch-text.ts';
import { contentOfText, textOf } from '../../../pkg/grafana/kinds/text-content.ts';
import { cases } from '../../support/cases.ts';

/** Names and values that are where a careless search of the text would stumble. */
const NAMES = ['datasource', 'libraryPanel', 'uid', 'name', 'kind', 'panels', 'weekStart', 'version', 'a"b', '\\'];
const TEXTS = [
  'prom',
  'board',
  '',
  '$ds',
  'DataQuery',
  '-- Mixed --',
  'a, {"datasource":{"uid":"no"},"uid":"board"}',
  '},"uid":"board"}',
  '\\',
  '\\"',
  '{',
  'ü\n',
];
const { body: bodies } = fc.letrec<{ body: JsonObject; value: Json }>((tie) => ({
  body: fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 5 }),
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<Json>(...TEXTS, null, true, 7, -1.5),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('body'),
  ),
}));

const OUTLINE = { title: 'Board', folderUid: 'there' };

describe('what a dashboard uses', () => {
  it('is the same by its text as by its body', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const byText = dashboardReferences(contentOfText(OUTLINE, canonicalJson(body)));
        const byBody = dashboardReferences({ ...OUTLINE, body });
        const sorted = (references: object[]): string[] => references.map((one) => JSON.stringify(one)).sort();
        expect(sorted(byText)).toEqual(sorted(byBody));
      }),
      cases(200, 2000),
    );
  });

  it('is found without parsing in an ordinary one', () => {
    const panels: Json[] = [
      { datasource: { type: 'prometheus', uid: 'prom' }, targets: [{ datasource: 'old', expr: 'a{b="c"}' }] },
      { libraryPanel: { name: 'Shared', uid: 'shared' }, datasource: null },
    ];
    const content = contentOfText(OUTLINE, canonicalJson({ panels, uid: 'board' }));
    Object.defineProperty(content, 'body', { get: () => expect.unreachable('it was parsed') });
    expect(dashboardReferences(content)).toEqual([
      { kind: 'folder', uid: 'there', required: true },
      { kind: 'data-source', uid: 'prom' },
      { kind: 'data-source', uid: 'old' },
      { kind: 'library-panel', uid: 'shared' },
    ]);
    expect(renameInDashboard(content, ({ uid }) => uid)).toBe(content);
  });

  it('is renamed in the body, which then has no text', () => {
    const content = contentOfText(OUTLINE, canonicalJson({ panels: [{ datasource: { uid: 'prom' } }], uid: 'board' }));
    const renamed = renameInDashboard(content, ({ uid }) => (uid === 'prom' ? 'mimir' : uid));
    expect(renamed.body).toEqual({ panels: [{ datasource: { uid: 'mimir' } }], uid: 'board' });
    expect(textOf(renamed)).toBeUndefined();
    expect(textOf(content)).toBeDefined();
  });
});

describe('a body without its uid', () => {
  it('is what it was, or the text does not decide it', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const text = canonicalJson({ ...body, uid: 'board' });
        const cut = withoutUid(text, 'board');
        const { uid: _, ...others } = body;
        if (cut !== undefined) {
          expect(cut.text).toBe(canonicalJson(others));
          expect(parseJson(cut.text)).toEqual(others);
        }
      }),
      cases(200, 2000),
    );
  });

  it.each([
    [
      '{"panels":[{"uid":"x"}],"title":"T","uid":"x","weekStart":""}',
      '{"panels":[{"uid":"x"}],"title":"T","weekStart":""}',
    ],
    ['{"title":"T","uid":"x"}', '{"title":"T"}'],
    ['{"uid":"x","weekStart":""}', '{"weekStart":""}'],
    ['{"uid":"x"}', '{}'],
    ['{"n":1.0,"uid":"x"}', '{"n":1.0}'],
  ])('%s', (text, expected) => {
    expect(withoutUid(text, 'x')?.text).toBe(expected);
  });

  it.each([
    ['another uid', '{"title":"T","uid":"y"}'],
    ['one that ends like it', '{"a":{"uid":"x"},"uid":"y"}'],
    ['one within what follows it', '{"uid":"x","variables":{"uid":"x"}}'],
    ['one in a text', JSON.stringify({ a: ',"uid":"x"}' })],
  ])('is left to the parser: %s', (_, text) => {
    expect(withoutUid(text, 'x')).toBeUndefined();
  });
});
