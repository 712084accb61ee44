import { execFileSync } from 'node:child_process';
import { HELP, optionsOf, type Options } from './options.ts';
import { writePage } from './report/page.ts';
import { loadResults, mergeResults, RESULTS, saveResults } from './report/results.ts';
import { summarize } from './report/summary.ts';
import { tables } from './report/tables.ts';
import { SCENARIOS } from './scenarios/index.ts';
import type { Sample } from './types.ts';

const options = optionsOf(process.argv.slice(2));
if (options.help) {
  console.log(HELP);
} else {
  const measured = options.report ? [] : await measureAll(options);
  const samples = mergeResults(options.merge ? loadResults() : [], measured);
  saveResults(samples);
  const shown = tables(summarize(samples));
  console.log(shown);
  if (options.write) {
    writePage(shown);
  }
  console.log(`Also in ${RESULTS}.`);
}

async function measureAll({ runs, tools, repeat, sample }: Options): Promise<Sample[]> {
  const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  const samples: Sample[] = [];
  for (const { scenario, setup } of runs) {
    console.error(`${scenario}, Grafana ${setup.profile}, ${setup.dashboards} dashboards, ${setup.latencyMs} ms`);
    await SCENARIOS[scenario]?.run({
      setup,
      repeat,
      sample,
      wants: (tool) => tools === undefined || tools.some((name) => tool.startsWith(name)),
      add(found) {
        samples.push({ ...setup, scenario, ...found, commit });
      },
    });
  }
  return samples;
}
