import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { readFragments, withChanges } from '../../scripts/release/changes.ts';

const root = resolve(import.meta.dirname, '../..');
const changelog = [
  '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Old.\n\n### Fixed\n\n#### Backup\n\n- Other.\n',
  '\n## [1.0.0]\n\n### Security\n\n- Past.\n',
];

it('puts each entry at the top of its section of Unreleased', () => {
  const fragments = [
    { name: 'holds.added.md', text: 'New,\nand more.\n' },
    { name: 'crash.fixed.md', text: 'Repaired.\n' },
  ];
  expect(withChanges(changelog.join(''), fragments)).toBe(
    [
      '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- New,\n  and more.\n- Old.\n',
      '\n### Fixed\n\n- Repaired.\n\n#### Backup\n\n- Other.\n',
      ...changelog.slice(1),
    ].join(''),
  );
});

it('refuses a name without a section, and a section that only an earlier release has', () => {
  expect(() => withChanges(changelog.join(''), [{ name: 'holds.md', text: '' }])).toThrow('changes/holds.md');
  expect(() => withChanges(changelog.join(''), [{ name: 'a.security.md', text: '' }])).toThrow("section 'Security'");
});

it('finds a section for each entry of the repository', () => {
  const fragments = readFragments(root);
  const written = withChanges(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), fragments);
  expect(fragments.filter(({ text }) => !written.includes(text.trim().split('\n')[0] ?? ''))).toEqual([]);
});
