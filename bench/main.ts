import { execFileSync } from 'node:child_process';
import { HELP, optionsOf, type Options } from './options.ts';
import { measureOnReal } from './real/main.ts';
import { SIMULATED, writePage } from './report/page.ts';
import { loadResults, mergeResults, RESULTS, saveResults } from './report/results.ts';
import { summarize } from './report/summary.ts';
import { tables } from './report/tables.ts';
import { SCENARIOS } from './scenarios/index.ts';
import type { Sample } from './types.ts';

const options = optionsOf(process.argv.slice(2));
// What was started ends with this process; see World.
['SIGINT', 'SIGTERM'].forEach((signal) => process.on(signal, () => process.exit(130)));
if (options.help) {
  console.log(HELP);
} else if (options.real !== undefined) {
  await measureOnReal(options.real, options.write);
} else {
  const samples = await measureAll(options, options.merge ? loadResults() : []);
  const shown = tables(summarize(samples));
  console.log(shown);
  if (options.write) {
    writePage(shown, SIMULATED);
  }
  console.log(`Also in ${RESULTS}.`);
}

/** Runs what was asked for, and saves after each scenario what is known so far. */
async function measureAll({ runs, tools, repeat, sample }: Options, earlier: Sample[]): Promise<Sample[]> {
  const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  let samples = earlier;
  for (const { scenario, setup } of runs) {
    console.error(`${scenario}, Grafana ${setup.profile}, ${setup.dashboards} dashboards, ${setup.latencyMs} ms`);
    const measured: Sample[] = [];
    await SCENARIOS[scenario]?.run({
      setup,
      repeat,
      sample,
      wants: (tool) => tools === undefined || tools.some((name) => tool.startsWith(name)),
      add(found) {
        measured.push({ ...setup, scenario, ...found, commit });
      },
    });
    samples = mergeResults(samples, measured);
    saveResults(samples);
  }
  return samples;
}
