import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './pages.ts';

/** Every text of a tree of translations. */
function texts(tree: unknown): string[] {
  return typeof tree === 'string' ? [tree] : Object.values(tree as object).flatMap(texts);
}

it('the buttons that the guide names are in the app', async () => {
  const page = await readFile(join(ROOT, 'docs/install/compose.md'), 'utf8');
  const locale = await readFile(join(ROOT, 'src/locales/en-US/dashkeep-backup-app.json'), 'utf8');
  const named = [...page.matchAll(/\*\*([^*]+)\*\*/g)].map(([, label]) => label);
  expect(named.length).toBeGreaterThan(3);
  expect(texts(JSON.parse(locale))).toEqual(expect.arrayContaining(named));
});
