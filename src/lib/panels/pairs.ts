import type { Change, ReadableChange } from '../../../pkg/contract/api/diff.ts';
import { panelNames } from '../../../pkg/contract/dashboards/panel-names.ts';
import type { StoredDashboard, StoredPanel } from './model.ts';

/** One panel before and after; one of them is missing where it was added or removed. */
export interface PanelPair {
  name: string;
  change: Change;
  before: StoredPanel | undefined;
  after: StoredPanel | undefined;
}

const ADDED = ['panel-added'];
const REMOVED = ['panel-removed'];

/** Changes of what a library panel shows. */
const OF_A_PANEL = /^(panel|query|queries|transformation)/;

/** Changes that cannot be seen in the panel: they are of its place. */
const OF_ITS_PLACE = ['panel-moved', 'panel-moved-to', 'panel-moved-into', 'panel-moved-out', 'panel-resized'];

/**
 * The panels that changes are about, in the order of the later dashboard; removed ones follow. Changes say it by the
 * name of the panel: its title, and its number where several have the same.
 */
export function changedPanels(
  changes: readonly ReadableChange[],
  before: StoredDashboard,
  after: StoredDashboard,
): PanelPair[] {
  if (after.isLibraryPanel) {
    const isChanged = changes.some(({ code }) => OF_A_PANEL.test(code));
    const pair: PanelPair = { name: after.title, change: 'changed', before: before.panels[0], after: after.panels[0] };
    return isChanged ? [pair] : [];
  }
  const named = (isMeant: (code: string) => boolean) =>
    new Set(changes.filter(({ code }) => isMeant(code)).map(({ params: { panel } }) => panel));
  const added = named((code) => ADDED.includes(code));
  const removed = named((code) => REMOVED.includes(code));
  const changed = named((code) => ![...ADDED, ...REMOVED, ...OF_ITS_PLACE].includes(code));
  const renamed = new Map(
    changes.filter(({ code }) => code === 'panel-title').map(({ params }) => [params['after'], params['before']]),
  );
  const old = [...panelNames(before.panels, plainName)];
  const pairs = [...panelNames(after.panels, plainName)].flatMap(([panel, name]): PanelPair[] => {
    if (added.has(name)) {
      return [{ name, change: 'added', before: undefined, after: panel }];
    }
    const wasCalled = renamed.get(name) ?? renamed.get(plainName(panel));
    if (!changed.has(name) && wasCalled === undefined) {
      return [];
    }
    return [{ name, change: 'changed', before: partnerOf(panel, wasCalled ?? plainName(panel), old), after: panel }];
  });
  const gone = old.filter(([, name]) => removed.has(name));
  return [
    ...pairs,
    ...gone.map(([panel, name]): PanelPair => ({ name, change: 'removed', before: panel, after: undefined })),
  ];
}

/** The same panel before: by number and title, then by either. */
function partnerOf(panel: StoredPanel, title: string, old: [StoredPanel, string][]): StoredPanel | undefined {
  const hasId = (one: StoredPanel) => one.id !== undefined && one.id === panel.id;
  const candidates = old.map(([one]) => one);
  return (
    candidates.find((one) => hasId(one) && plainName(one) === title) ??
    candidates.find((one) => plainName(one) === title) ??
    candidates.find(hasId)
  );
}

function plainName({ title, library, type }: StoredPanel): string {
  return title || library?.name || type || 'panel';
}
