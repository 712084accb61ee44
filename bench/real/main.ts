import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { REAL, writePage } from '../report/page.ts';
import { RealGrafana } from './grafana.ts';
import { realTables } from './report.ts';
import { measureReal } from './scenarios.ts';

const RESULTS = 'build/bench-grafana.json';

/**
 * Measures on a real Grafana, prints the tables and saves the figures.
 * @param write whether the tables go into the documentation
 */
export async function measureOnReal(
  { url, ...filling }: { url: string; dashboards: number; bytes: number },
  write: boolean,
): Promise<void> {
  const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  const grafana = new RealGrafana(url, process.env);
  try {
    const report = { ...(await measureReal(grafana, filling)), commit };
    mkdirSync('build', { recursive: true });
    writeFileSync(RESULTS, `${JSON.stringify(report, null, 2)}\n`);
    const shown = realTables(report);
    console.log(shown);
    if (write) {
      writePage(shown, REAL);
    }
    console.log(`Also in ${RESULTS}.`);
  } finally {
    await grafana.close();
  }
}
