// `npm run docs`: every page of docs/ that is made from the code, and what depends on whether a release exists.
import { readFileSync, writeFileSync } from 'node:fs';
import { pages } from '../../tests/docs/pages.ts';
import { OPENAPI_FILE, openApiText } from './openapi.ts';
import { referencePages } from './pages.ts';
import { OTHER_FILES, publication, withPublication } from './published.ts';

// First, because the page about the API is made from it.
writeFileSync(OPENAPI_FILE, await openApiText());
for (const [name, text] of referencePages()) {
  writeFileSync(new URL(`../../docs/${name}`, import.meta.url), text);
}
for (const file of [...pages().keys(), ...OTHER_FILES]) {
  const path = new URL(`../../${file}`, import.meta.url);
  writeFileSync(path, withPublication(file, readFileSync(path, 'utf8'), publication()));
}
