import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { show } from './cli.ts';

/** With GRAFANA_URL set: backs up that Grafana, into a directory by default. Only reads from it. */
const target = process.env['DASHKEEP_TARGET'] ?? pathToFileURL(resolve('build/my-grafana')).href;
const environment = { ...process.env, DASHKEEP_TARGET: target };

console.log(`Backing up ${process.env['GRAFANA_URL']} to ${target}. Nothing is written to Grafana.`);
const code = await show(environment, 'backup');
if (code === 0 || code === 3) {
  await show(environment, 'snapshots');
  await show(environment, 'verify', '--read-data');
  console.log(`\nThe repository is at ${target}.`);
}
process.exitCode = code;
