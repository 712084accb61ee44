import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './pages.ts';

const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
const settings = readFileSync(join(ROOT, 'docs/settings-limits.md'), 'utf8');

interface Row {
  who: string;
  cannot: string;
  shownBy: string;
}

/** Rows of the tables that say who can do what; a row without a name goes on with the one before. */
const rows: Row[] = [];
const [, tables = ''] = /^## Who can do what$([\s\S]*)^## Attacks through a restore$/m.exec(page) ?? [];
for (const line of tables.split('\n').filter((one) => one.startsWith('|'))) {
  const [, who = '', , cannot = '', shownBy = ''] = line.split('|').map((cell) => cell.trim());
  if (who !== 'who' && !who.startsWith('---')) {
    rows.push({ who: who === '' ? (rows.at(-1)?.who ?? '') : who, cannot, shownBy });
  }
}

describe('the page about security', () => {
  it.each([
    'viewer',
    'editor',
    'admin of an organization',
    'admin of the home organization',
    'server admin',
    'holder of the key that writes to the bucket',
    'owner of the bucket',
    'holder of the age identity',
    'holder of the signing key',
    "someone on the pod's network",
  ])('says what a %s can and cannot do', (who) => {
    expect(rows.some((row) => row.who.includes(who) && row.cannot !== '')).toBe(true);
  });

  it.each(rows.filter(({ cannot }) => cannot !== ''))(
    'names a test that shows that $who cannot $cannot',
    ({ shownBy }) => {
      expect(shownBy).toMatch(/`tests\/|^the same$/);
    },
  );

  it('names tests that there are', () => {
    const named = [...(page + settings).matchAll(/`(tests\/[^`]*)`/g)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((path) => !/\.(test|spec)\.ts$/.test(path) || !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('has every test of an attack in it', () => {
    const attacks = readdirSync(join(ROOT, 'tests/security')).filter((name) => name.endsWith('.test.ts'));
    expect(attacks.filter((name) => !page.includes(`tests/security/${name}`))).toEqual([]);
  });
});
