import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CHANGES } from '../../pkg/contract/changes/catalogue.ts';
import { recordedEdits, recordedSentences, type Edit } from './edits.ts';
import { sentences } from './sentences.ts';

/** A folder with the published dashboards that were edited; they are not part of this repository. */
const folder = process.env['DASHKEEP_TEST_DASHBOARDS'];

function check({ before, after, told: expected }: Edit): void {
  expect(sentences('dashboard', before, after)).toEqual(expected);
  expect(sentences('dashboard', after, after)).toEqual([]);
}

describe('what was done to a dashboard in a real Grafana is what is said', () => {
  it.each(recordedEdits('own').map((edit): [string, Edit] => [`${edit.name} ${edit.what}`, edit]))('%s', (_, edit) =>
    check(edit),
  );
});

it('every edit is expected in words of the catalogue, also those of dashboards that are not here', () => {
  const escaped = (text: string): string => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  const known = Object.values(CHANGES).map(
    ([, text]) => new RegExp(`^${escaped(text).replace(/\{\w+\}/g, '.*')}$`, 's'),
  );
  const strange = recordedSentences().filter((sentence) => !known.some((one) => one.test(sentence)));
  expect(strange).toEqual([]);
});

describe.skipIf(folder === undefined || !existsSync(folder))('the same with published dashboards', () => {
  const edits = folder === undefined ? [] : recordedEdits(folder);

  it('are thirty', () => expect(edits.length).toBeGreaterThanOrEqual(30));

  it.each(edits.map((edit): [string, Edit] => [`${edit.name} ${edit.what}`, edit]))('%s', (_, edit) => check(edit));
});
