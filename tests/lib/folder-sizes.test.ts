import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
/** About fifteen: one more is no reason to move files about. */
const MOST = 16;
/** Folders of one file per thing, all alike: sub-folders would only hide them. The architecture page says so. */
const FAMILIES = ['pkg/cli/commands', 'tests/security'];

function folders(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const room of ['pkg', 'src', 'scripts', 'bench', 'tests', '.config']) {
    for (const name of readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })) {
      if (/\.(?:tsx?|m?js|sh)$/.test(name)) {
        const folder = dirname(join(room, name));
        counts.set(folder, (counts.get(folder) ?? 0) + 1);
      }
    }
  }
  return counts;
}

describe('a folder', () => {
  const counts = folders();

  it(`holds at most ${MOST} files of code, unless they are one family`, () => {
    expect(counts.size).toBeGreaterThan(100);
    const large = [...counts].filter(([folder, count]) => count > MOST && !FAMILIES.includes(folder));
    expect(large).toEqual([]);
  });

  it.each(FAMILIES)('that may hold more is needed, and explained: %s', (folder) => {
    expect(counts.get(folder)).toBeGreaterThan(MOST);
    expect(readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')).toContain(`\`${folder}\``);
  });
});
