import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { KINDS_PAGE, kindsPage } from './kinds-table.ts';

writeFileSync(fileURLToPath(new URL(`../${KINDS_PAGE}`, import.meta.url)), kindsPage());
