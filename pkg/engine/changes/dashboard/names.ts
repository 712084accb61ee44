import type { Group, Panel } from './model.ts';

/** What to call a panel where no other has the same name. */
export function plainName(panel: Panel): string {
  return panel.title || panel.library || panel.type || 'panel';
}

/** What to call a group; the dashboard itself has no name. */
export function groupName(group: Group | undefined): string {
  return group === undefined || group.type === 'dashboard' ? '' : group.title || group.type;
}
