import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CHART, EXAMPLES } from '../../tests/support/helm.ts';
import { renderExamples } from './examples.ts';
import { withValuesTable } from './readme.ts';

/** Writes what is made from the chart: its README's table of values and the examples. */
for (const [file, text] of await renderExamples()) {
  const path = join(EXAMPLES, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
const readme = join(CHART, 'README.md');
const values = await readFile(join(CHART, 'values.yaml'), 'utf8');
await writeFile(readme, withValuesTable(await readFile(readme, 'utf8'), values));
