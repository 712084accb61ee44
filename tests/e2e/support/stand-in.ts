import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startStack } from './stack.ts';

/*
 * `npm run e2e:stand-in`: the specs as they run on a real Grafana (GRAFANA_URL, a login, one Grafana for all of them),
 * with the preview page and the simulator in Grafana's place. Arguments go to Playwright.
 */
const stack = await startStack();
const { bucket, origin } = stack;
const tests = spawn('npx', ['playwright', 'test', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: {
    ...process.env,
    GRAFANA_URL: origin,
    DASHKEEP_TEST_BUCKET: bucket.name,
    DASHKEEP_TEST_S3_ENDPOINT: bucket.endpoint,
    DASHKEEP_TEST_S3_KEY: bucket.key,
    DASHKEEP_TEST_S3_SECRET: bucket.secret,
  },
});
const [code] = (await once(tests, 'close')) as [number | null];
await stack.close();
process.exitCode = code ?? 1;
