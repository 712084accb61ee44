import { parseArgs } from 'node:util';
import { startGrafana } from './index.ts';
import { PROFILE_NAMES, type ProfileName } from './profiles/profiles.ts';

const HELP = `Grafana simulator: answers like a Grafana of the chosen version, keeps everything in memory.

  --profile ${PROFILE_NAMES.join('|')}   which Grafana (13.2)
  --port 3000                 where to listen on 127.0.0.1 (a free port)
  --dashboards 50             seeds that many dashboards beside the demo
  --folders 10  --bytes 30000 how they are spread, and about how big each is
  --empty                     without the demo company
  --latency 20                milliseconds added to every request
  --json                      one line of JSON with url and token instead of words
  --control                   takes orders over HTTP; see control.ts
`;

const { values } = parseArgs({
  options: {
    profile: { type: 'string', default: '13.2' },
    port: { type: 'string', default: '0' },
    dashboards: { type: 'string', default: '0' },
    folders: { type: 'string', default: '10' },
    bytes: { type: 'string', default: '30000' },
    empty: { type: 'boolean', default: false },
    latency: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
    control: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || !PROFILE_NAMES.includes(values.profile as ProfileName)) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}

const grafana = await startGrafana({
  profile: values.profile as ProfileName,
  port: Number(values.port),
  latencyMs: Number(values.latency),
  control: values.control,
});
if (!values.empty) {
  grafana.demoSeed();
}
const count = Number(values.dashboards);
if (count > 0) {
  grafana.seedDashboards({ count, folders: Number(values.folders), bytes: Number(values.bytes) });
}
const org = grafana.state.org(1);
const token = grafana.token({ name: 'by-hand' });
if (values.json) {
  console.log(JSON.stringify({ url: grafana.url, token, simulator: 'Grafana simulator', profile: values.profile }));
} else {
  console.log(`Grafana simulator (not Grafana), as version ${grafana.profile.version}: ${grafana.url}`);
  console.log(`  admin:admin, or the token ${token}`);
  console.log(`  ${org.dashboards.size} dashboards in ${org.folders.size} folders. Ctrl+C ends it; nothing is kept.`);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void grafana.close().then(() => process.exit(0)));
}
