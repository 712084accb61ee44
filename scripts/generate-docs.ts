import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { referencePages } from './docs/pages.ts';

for (const [name, text] of referencePages()) {
  writeFileSync(fileURLToPath(new URL(`../docs/${name}`, import.meta.url)), text);
}
