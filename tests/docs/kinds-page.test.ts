import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { KINDS } from '../../pkg/grafana/kinds/registry.ts';
import { pages } from './pages.ts';
import { KINDS_PAGE, kindsPage } from '../../scripts/kinds-table.ts';

describe('the page about kinds', () => {
  it('says what the kinds declare; `npm run docs:kinds` writes it', () => {
    const page = readFileSync(fileURLToPath(new URL(`../../${KINDS_PAGE}`, import.meta.url)), 'utf8');
    expect(page).toBe(kindsPage());
    for (const { name } of KINDS) {
      expect(page).toContain(`\`${name}\``);
    }
  });

  it('is counted right where other pages speak of it', () => {
    for (const [page, markdown] of pages()) {
      for (const [, count] of markdown.matchAll(/(?<!dns|\d)\b(\d+) kinds\b/g)) {
        expect(`${page}: ${count}`).toBe(`${page}: ${KINDS.length}`);
      }
    }
  });

  it('says "no" of what has no way to be written, and of nothing else', () => {
    for (const { name, declaration, write } of KINDS) {
      expect(`${name} ${declaration.restored === 'no'}`).toBe(`${name} ${write === undefined}`);
    }
  });
});
