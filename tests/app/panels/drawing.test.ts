import { describe, expect, it } from 'vitest';
import type { ReadableChange } from '../../../pkg/contract/api/diff.ts';
import { dashboardChanges } from '../../../pkg/engine/changes/dashboard/dashboard.ts';
import { libraryPanelChanges } from '../../../pkg/engine/changes/library-panels.ts';
import type { JsonObject } from '../../../pkg/lib/json/json.ts';
import { drawingOf, type Drawing } from '../../../src/lib/panels/drawing.ts';
import { changedPanels } from '../../../src/lib/panels/pairs.ts';
import { readDashboard } from '../../../src/lib/panels/read.ts';
import { variableValues } from '../../../src/lib/panels/variables.ts';

const source = { type: 'prometheus', uid: 'p' };
const query = { refId: 'A', expr: 'up{host=~"$host"}', datasource: source };
const panel = { id: 1, title: 'CPU', type: 'timeseries', datasource: source, targets: [query] };
const host = { name: 'host', type: 'query', current: { value: ['a', 'b'], text: ['a', 'b'] } };

/** What the first panel asks. */
function drawing(panels: object[], list: object[] = [], sources = ['p']) {
  const dashboard = readDashboard('dashboard', 'd', { uid: 'd', title: 'Nodes', panels, templating: { list } });
  const values = variableValues(dashboard.variables, { sourcesOf: () => [], intervalFor: () => '1m' });
  return drawingOf(dashboard.panels[0]!, {
    dashboard,
    values,
    hasSource: (ref, scoped) => {
      const uid = typeof ref === 'string' ? ref : (ref?.uid ?? 'default');
      return [...sources, 'default', '-- Mixed --'].includes(String(scoped[uid.slice(2, -1)]?.value ?? uid));
    },
  });
}

describe('what a panel asks', () => {
  it('is what is stored, with the values of its variables', () => {
    const { queries, source: asked, scoped } = drawing([panel], [host]) as Drawing;
    expect({ queries, asked }).toEqual({ queries: [query], asked: source });
    expect([...(scoped['host']!.value as string[])]).toEqual(['a', 'b']);
    expect(scoped['__dashboard']?.value).toMatchObject({ uid: 'd', name: 'Nodes' });
  });

  it('is the first repetition of a panel that is repeated', () => {
    const { scoped, repeated } = drawing([{ ...panel, repeat: 'host' }], [host]) as Drawing;
    expect(repeated).toEqual({ name: 'host', value: 'a' });
    expect(scoped['host']?.value).toBe('a');
  });

  it.each([
    ['a variable without a value', [panel], [{ ...host, current: {} }], { type: 'variable', names: ['host'] }],
    [
      'a data source that is gone',
      [{ ...panel, datasource: { uid: 'gone' } }],
      [host],
      { type: 'source', name: 'gone' },
    ],
    [
      'one of several data sources that is gone',
      [{ ...panel, datasource: { uid: '-- Mixed --' }, targets: [query, { ...query, datasource: { uid: 'gone' } }] }],
      [host],
      { type: 'source', name: 'gone' },
    ],
    [
      'a data source that a variable names and that is gone',
      [{ ...panel, datasource: { uid: '${ds}' }, targets: [{ refId: 'A' }] }],
      [{ name: 'ds', type: 'datasource', query: 'prometheus', current: { value: 'gone' } }],
      { type: 'source', name: '${ds}' },
    ],
    [
      'a panel whose data it shows and that is gone',
      [{ ...panel, datasource: { uid: '-- Dashboard --' }, targets: [{ refId: 'A', panelId: 9 }] }],
      [],
      { type: 'panel', id: 9 },
    ],
  ])('cannot be asked: %s', (_, panels, variables, expected) => {
    const found = drawing(panels, variables);
    expect('type' in found ? found : undefined).toEqual(expected);
  });

  it('is what another panel asks, where it shows the data of that', () => {
    const targets = [{ refId: 'A', panelId: 2, withTransforms: true }];
    const shows = { id: 1, datasource: { uid: '-- Dashboard --' }, targets, transformations: [{ id: 'sort' }] };
    const other = { ...panel, id: 2, transformations: [{ id: 'reduce' }] };
    expect(drawing([shows, other], [host])).toMatchObject({
      queries: [query],
      source,
      transformations: [{ id: 'reduce' }, { id: 'sort' }],
    });
    const itself = { id: 1, datasource: { uid: '-- Dashboard --' }, targets: [{ refId: 'A', panelId: 1 }] };
    expect(drawing([itself])).toEqual({ type: 'panel', id: 1 });
  });

  it('asks nothing of a variable that no query uses, nor of a hidden query', () => {
    const hidden = { ...query, hide: true, datasource: { uid: 'gone' } };
    const plain = { ...query, expr: 'up' };
    expect(drawing([{ ...panel, targets: [plain, hidden] }], [{ ...host, current: {} }])).toMatchObject({
      queries: [plain, hidden],
    });
  });
});

describe('changed panels', () => {
  const board = (...panels: object[]): JsonObject => ({ uid: 'd', title: 'Nodes', panels }) as unknown as JsonObject;
  const pairs = (before: JsonObject, after: JsonObject, changes: ReadableChange[] = dashboardChanges(before, after)) =>
    changedPanels(changes, readDashboard('dashboard', 'd', before), readDashboard('dashboard', 'd', after)).map(
      ({ change, before: one, after: other }) => [change, one?.id, other?.id],
    );
  const at = (x: number) => ({ gridPos: { x, y: 0, w: 12, h: 8 } });

  it('are those that changes name: changed, renamed, added, removed', () => {
    const same = { ...panel, id: 2, title: 'Disk', ...at(12) };
    const gone = { ...panel, id: 3, title: 'Gone', type: 'stat', targets: [] };
    const fresh = { ...panel, id: 4, title: 'New', type: 'table', targets: [{ refId: 'A', expr: 'other' }] };
    const changed = { ...panel, targets: [{ ...query, expr: 'down' }] };
    expect(pairs(board(panel, same, gone), board(changed, same, fresh))).toEqual([
      ['changed', 1, 1],
      ['added', undefined, 4],
      ['removed', 3, undefined],
    ]);
    expect(pairs(board(panel, same), board({ ...changed, title: 'Load' }, same))).toEqual([['changed', 1, 1]]);
  });

  it('are not those that only moved', () => {
    const other = { ...panel, id: 2, title: 'Disk' };
    expect(
      pairs(
        board({ ...panel, ...at(0) }, { ...other, ...at(12) }),
        board({ ...panel, ...at(12) }, { ...other, ...at(0) }),
      ),
    ).toEqual([]);
  });

  it('have their number in the name where several have the same title', () => {
    const twin = { ...panel, id: 2 };
    const changed = { ...twin, targets: [{ ...query, expr: 'down' }] };
    expect(pairs(board(panel, twin), board(panel, changed))).toEqual([['changed', 2, 2]]);
  });

  it('are paired by title where an import numbered them again', () => {
    const changed = { ...panel, id: 7, targets: [{ ...query, expr: 'down' }] };
    const other = { ...panel, id: 1, title: 'Other', type: 'stat', targets: [] };
    expect(pairs(board(panel), board(changed, other))).toEqual([
      ['changed', 1, 7],
      ['added', undefined, 1],
    ]);
  });

  it('of a library panel are that panel, whatever its title and name', () => {
    const library = (name: string, title: string, expr: string): JsonObject =>
      ({ name, model: { ...panel, id: undefined, title, targets: [{ ...query, expr }] } }) as unknown as JsonObject;
    const found = (before: JsonObject, after: JsonObject) =>
      changedPanels(
        libraryPanelChanges(before, after),
        readDashboard('library-panel', 'l', before),
        readDashboard('library-panel', 'l', after),
      ).map(({ before: one, after: other }) => [one?.queries[0]?.['expr'], other?.queries[0]?.['expr']]);
    expect(found(library('Budget', 'CPU', 'up'), library('Budget', 'CPU', 'down'))).toEqual([['up', 'down']]);
    expect(found(library('Budget', 'CPU', 'up'), library('New budget', 'Load', 'down'))).toEqual([['up', 'down']]);
    expect(found(library('Budget', 'CPU', 'up'), library('New budget', 'CPU', 'up'))).toEqual([]);
  });

  it('are none where a later release describes changes in a way not known here', () => {
    expect(pairs(board(panel), board(panel), [{ change: 'changed', code: 'of-tomorrow', params: {} }])).toEqual([]);
  });
});
