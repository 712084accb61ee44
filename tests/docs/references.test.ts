import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { referencePages } from '../../scripts/docs/pages.ts';
import { SETTINGS } from '../../pkg/cli/config/configuration.ts';
import { pages } from './pages.ts';

const root = resolve(import.meta.dirname, '../..');

describe('the reference pages', () => {
  it.each([...referencePages()])('%s is what the code says; `npm run docs` writes it', (name, text) => {
    expect(readFileSync(join(root, 'docs', name), 'utf8')).toBe(text);
  });

  it('name every setting that the code reads, and no other', () => {
    const read = new Set<string>();
    for (const file of readdirSync(join(root, 'pkg'), { recursive: true, encoding: 'utf8' })) {
      if (file.endsWith('.ts') && !file.endsWith('.test.ts')) {
        const text = readFileSync(join(root, 'pkg', file), 'utf8');
        for (const [name] of text.matchAll(/\bDASHKEEP_[A-Z0-9_]*[A-Z0-9]\b/g)) {
          read.add(name.replace(/(_AGE_(?:IDENTITY|PASSPHRASE))_FILE$/, '$1'));
        }
      }
    }
    // Set by the bundler, and the beginning of a group of names in messages.
    for (const name of ['DASHKEEP_VERSION', 'DASHKEEP_S3']) {
      read.delete(name);
    }
    // The name of a setting for further organizations is put together from that for the first one, that of a connection
    // from its name.
    const documented = Object.keys(SETTINGS)
      .filter((name) => name.startsWith('DASHKEEP_') && !name.includes('<NAME>'))
      .map((name) => name.replace(/_ORG_<n>$/, ''));
    expect([...read].sort()).toEqual([...new Set(documented)].sort());
  });

  it.each([...pages()])('%s speaks only of settings that there are', (_, markdown) => {
    const compose = readFileSync('docker-compose.yaml', 'utf8');
    for (const [name] of markdown.matchAll(/\bDASHKEEP_[A-Z0-9_]*[A-Z0-9]\b(?!_)/g)) {
      const row = name.replace(/(?<=^DASHKEEP_CONNECTION_)[A-Z0-9]+/, '<NAME>');
      const known = row in SETTINGS || row.replace(/_FILE$/, '') in SETTINGS || compose.includes(`\${${name}:-`);
      expect(known || /^DASHKEEP_(?:BENCH|CHAOS|CI|REQUIRE|TEST)/.test(name), name).toBe(true);
    }
  });
});
