import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** Headings of CHANGELOG.md by the part of a file's name in `changes/` that says where its entry belongs. */
export const SECTIONS: Readonly<Record<string, string>> = {
  upgrade: 'Before you upgrade',
  added: 'Added',
  security: 'Security',
  changed: 'Changed',
  fixed: 'Fixed',
};

/** A file `<name>.<section>.md` of `changes/`: one entry, without its dash. */
export interface Fragment {
  name: string;
  text: string;
}

/**
 * CHANGELOG.md with the entries under `Unreleased`, at the top of their sections. Throws for a file name or a section
 * that it does not have.
 */
export function withChanges(changelog: string, fragments: readonly Fragment[]): string {
  return fragments.reduce(withChange, changelog);
}

function withChange(changelog: string, { name, text }: Fragment): string {
  const section = SECTIONS[/\.(\w+)\.md$/.exec(name)?.[1] ?? ''];
  if (section === undefined) {
    throw new Error(`changes/${name}: name it <name>.<${Object.keys(SECTIONS).join('|')}>.md`);
  }
  const unreleased = changelog.indexOf('## [Unreleased]');
  const heading = `### ${section}\n\n`;
  const at = changelog.indexOf(heading, unreleased);
  const next = changelog.indexOf('\n## ', unreleased + 1);
  if (unreleased < 0 || at < 0 || (next >= 0 && at > next)) {
    throw new Error(`CHANGELOG.md has no section '${section}' under Unreleased.`);
  }
  const start = at + heading.length;
  const entry = `- ${text.trim().replaceAll('\n', '\n  ')}\n`;
  const gap = changelog.startsWith('- ', start) ? '' : '\n';
  return changelog.slice(0, start) + entry + gap + changelog.slice(start);
}

/** The entries in `changes/`, by name. */
export function readFragments(root: string): Fragment[] {
  const folder = join(root, 'changes');
  const names = readdirSync(folder).filter((name) => name !== 'README.md');
  return names.sort().map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}

if (process.argv[1] === import.meta.filename) {
  // It takes no arguments: anyone who gives some expects something else.
  parseArgs();
  const root = resolve(import.meta.dirname, '../..');
  const path = join(root, 'CHANGELOG.md');
  const fragments = readFragments(root);
  writeFileSync(path, withChanges(readFileSync(path, 'utf8'), fragments));
  fragments.forEach(({ name }) => rmSync(join(root, 'changes', name)));
}
