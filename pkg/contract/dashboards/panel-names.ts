/** What to call panels, so that each can be found: by title, and by number where several have the same. */
export function panelNames<P extends { id: number | undefined }>(
  panels: readonly P[],
  plainName: (panel: P) => string,
): Map<P, string> {
  const counts = new Map<string, number>();
  panels.forEach((panel) => counts.set(plainName(panel), (counts.get(plainName(panel)) ?? 0) + 1));
  return new Map(
    panels.map((panel, at) => {
      const name = plainName(panel);
      return [panel, (counts.get(name) ?? 0) > 1 ? `${name} (#${panel.id ?? at + 1})` : name];
    }),
  );
}
