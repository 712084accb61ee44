import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANGES } from '../../pkg/contract/changes/catalogue.ts';
import { KIND_NAMES } from '../../pkg/contract/kinds.ts';
import { resourceChanges } from '../../pkg/engine/changes/changes.ts';
import { canonicalJson, type Json } from '../../pkg/lib/json/json.ts';
import { cases } from '../support/cases.ts';

/** Names that mean something somewhere, so that what is compared goes through all of the code. */
const NAMES = [
  'annotations',
  'conditions',
  'data',
  'elements',
  'fieldConfig',
  'defaults',
  'gridPos',
  'id',
  'integrations',
  'layout',
  'libraryPanel',
  'links',
  'list',
  'members',
  'model',
  'name',
  'options',
  'panels',
  'permissions',
  'refId',
  'routes',
  'rows',
  'rules',
  'schemaVersion',
  'settings',
  'spec',
  'targets',
  'templating',
  'thresholds',
  'title',
  'transformations',
  'type',
  'variables',
  'x',
  'y',
  '__proto__',
];

const { body } = fc.letrec<{ value: Json; body: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false, 0, 1, 42, '', 'row', 'text', 'A'),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('body'),
  ),
  body: fc
    .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), tie('value')), { maxLength: 6, selector: ([name]) => name })
    .map(
      (members) =>
        JSON.parse(
          `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`,
        ) as Json,
    ),
}));
const v2 = body.map((spec): Json => ({
  apiVersion: 'dashboard.grafana.app/v2beta1',
  kind: 'Dashboard',
  metadata: { name: 'a' },
  spec,
}));

describe('the changes of any resource', () => {
  it.each(KIND_NAMES)('%s: something is said exactly when something differs', (kind) => {
    const side = kind === 'dashboard' ? fc.oneof(body, v2) : body;
    fc.assert(
      fc.property(side, side, (before, after) => {
        const { changes } = resourceChanges(kind, { body: before }, { body: after });
        expect(changes.length > 0).toBe(canonicalJson(before) !== canonicalJson(after));
        for (const { code, change, params } of changes) {
          expect(CHANGES).toHaveProperty([code, 0], change);
          expect(Object.values(params).every((value) => value.length <= 121)).toBe(true);
        }
      }),
      kind === 'dashboard' ? cases(60, 400) : cases(15, 60),
    );
  });
});
