import type { ReadableChange } from '../../contract/api/diff.ts';
import { objectAt, stringAt, without, type JsonObject } from '../../lib/json/json.ts';
import { classicPanel, ROOT } from './dashboard/classic.ts';
import { NO_MIGRATION } from './dashboard/migrations.ts';
import { panelChanges } from './dashboard/panels/panels.ts';
import { fieldChanges } from './fields.ts';
import { change } from './change.ts';

/** What was done to a library panel: its model is a panel of the classic schema. */
export function libraryPanelChanges(before: JsonObject, after: JsonObject): ReadableChange[] {
  const [name, newName] = [before, after].map((one) => stringAt(one, 'name') ?? '');
  const [old, fresh] = [before, after].map((one) => {
    const { libraryPanel: _, ...model } = objectAt(one, 'model') ?? {};
    return classicPanel(model, { group: ROOT.key, order: 0, grid: undefined });
  });
  return [
    ...(name === newName ? [] : [change('title', { before: name ?? '', after: newName ?? '' })]),
    ...(old === undefined || fresh === undefined ? [] : panelChanges(old, fresh, newName ?? '', NO_MIGRATION)),
    ...fieldChanges(without(before, 'name', 'model'), without(after, 'name', 'model')),
  ];
}
