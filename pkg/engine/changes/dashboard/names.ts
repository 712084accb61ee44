import type { Group, Panel } from './model.ts';

/** What to call panels, so that each can be found: by title, and by number where several have the same. */
export function panelNames(panels: readonly Panel[]): Map<Panel, string> {
  const counts = new Map<string, number>();
  panels.forEach((panel) => counts.set(plainName(panel), (counts.get(plainName(panel)) ?? 0) + 1));
  return new Map(
    panels.map((panel, at) => {
      const name = plainName(panel);
      return [panel, (counts.get(name) ?? 0) > 1 ? `${name} (#${panel.id ?? at + 1})` : name];
    }),
  );
}

function plainName(panel: Panel): string {
  return panel.title || panel.library || panel.type || 'panel';
}

/** What to call a group; the dashboard itself has no name. */
export function groupName(group: Group | undefined): string {
  return group === undefined || group.type === 'dashboard' ? '' : group.title || group.type;
}
