/** What CHANGELOG.md says of a version, or under `Unreleased`; undefined when it has no such heading. */
export function notesOf(changelog: string, version: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1);
  const found = sections.find((section) => section.startsWith(`[${version}]`));
  return found === undefined ? undefined : `${found.slice(found.indexOf('\n')).trim()}\n`;
}
