// `npm start`: installs, builds and shows the main job. Without GRAFANA_URL it runs on a simulated Grafana.
import { build, install, run } from './prepare.mjs';

await install();
await build();
const script = process.env.GRAFANA_URL ? 'scripts/demo/real.ts' : 'scripts/demo/demo.ts';
process.exit(await run(process.execPath, ['--import', 'tsx', script, ...process.argv.slice(2)]));
