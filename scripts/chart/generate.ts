import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CHART, EXAMPLES } from '../../tests/support/helm/helm.ts';
import { dashboardJson } from './dashboard.ts';
import { renderExamples, renderRules } from './examples.ts';
import { withValuesTable } from './readme.ts';

/**
 * Writes what is made from the chart: its dashboard, the examples, the alert rules and its README's table of values.
 */
await mkdir(join(CHART, 'files'), { recursive: true });
await writeFile(join(CHART, 'files/dashboard.json'), dashboardJson());
for (const [file, text] of await renderExamples()) {
  const path = join(EXAMPLES, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
await writeFile(join(EXAMPLES, '../provisioning/prometheus/rules.yml'), await renderRules());
const readme = join(CHART, 'README.md');
const values = await readFile(join(CHART, 'values.yaml'), 'utf8');
await writeFile(readme, withValuesTable(await readFile(readme, 'utf8'), values));
