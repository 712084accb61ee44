import { parseArgs } from 'node:util';
import { CATALOGUE } from './catalogue.ts';
import { writeRecording } from './files.ts';
import { play } from './play.ts';

const USAGE = `npm run record -- --grafana URL

Plays the catalogue of requests against a disposable Grafana and writes its responses below tests/golden/grafana.
GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD are a server admin's. Takes about two minutes.`;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    grafana: { type: 'string' },
    to: { type: 'string' },
    quiet: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
const user = process.env['GRAFANA_ADMIN_USER'];
const password = process.env['GRAFANA_ADMIN_PASSWORD'];
if (values.help === true || values.grafana === undefined || !user || !password) {
  console.log(USAGE);
  process.exit(values.help === true ? 0 : 2);
}
const url = values.grafana.replace(/\/+$/, '');
const health = (await (await fetch(`${url}/api/health`)).json()) as { version?: string };
const version = /^\d+\.\d+/.exec(health.version ?? '')?.[0];
if (version === undefined) {
  throw new Error(`${url} does not say which version it is: ${JSON.stringify(health)}`);
}
const folders: unknown = await (
  await fetch(`${url}/api/folders`, { headers: { authorization: `Basic ${btoa(`${user}:${password}`)}` } })
).json();
if (!Array.isArray(folders) || folders.length > 0) {
  throw new Error(`${url} is not empty. Record a Grafana with fresh data: everything in it may be lost.`);
}
const log = values.quiet === true ? undefined : (line: string) => console.log(line);
const recording = await play([...CATALOGUE], { url, user, password, version, log });
await writeRecording(recording, version, values.to);
const steps = Object.values(recording).reduce((sum, area) => sum + Object.keys(area).length, 0);
console.log(`Grafana ${health.version}: ${steps} responses recorded as ${version}`);
