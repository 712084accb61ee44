import type { ResourceDiff } from '../../../pkg/contract/api/diff.ts';
import type { StoredDashboard } from './model.ts';
import { changedPanels, type PanelPair } from './pairs.ts';
import { readDashboard } from './read.ts';

const WITH_PANELS = ['dashboard', 'library-panel'];

export interface ChangedPanels {
  before: StoredDashboard;
  after: StoredDashboard;
  pairs: PanelPair[];
}

/**
 * The panels that changed; undefined where there are none to draw. Never those of a snapshot that does not count: the
 * queries of a forged dashboard would run as the person who looks at it.
 */
export function panelsOf(diff: ResourceDiff): ChangedPanels | undefined {
  if (diff.foreign.length > 0 || diff.change !== 'changed' || !WITH_PANELS.includes(diff.kind)) {
    return undefined;
  }
  const before = readDashboard(diff.kind, diff.uid, diff.before);
  const after = readDashboard(diff.kind, diff.uid, diff.after);
  const pairs = changedPanels(diff.changes, before, after);
  return pairs.length === 0 ? undefined : { before, after, pairs };
}
