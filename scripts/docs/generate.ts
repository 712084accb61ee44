// `npm run docs`: every page of docs/ that is made from the code.
import { writeFileSync } from 'node:fs';
import { OPENAPI_FILE, openApiText } from './openapi.ts';
import { referencePages } from './pages.ts';

// First, because the page about the API is made from it.
writeFileSync(OPENAPI_FILE, await openApiText());
for (const [name, text] of referencePages()) {
  writeFileSync(new URL(`../../docs/${name}`, import.meta.url), text);
}
