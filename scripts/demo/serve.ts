import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Simulator } from '../../tests/support/grafana/simulator.ts';
import { freePort } from '../../tests/support/servers/listening.ts';
import { startPreview } from '../../tests/support/preview/preview.ts';

/** Runs the service and the page that shows the app, until Ctrl-C. */
export async function serve(
  environment: NodeJS.ProcessEnv,
  grafana: Simulator,
  directory: string,
  stop: () => Promise<void>,
): Promise<void> {
  const token = randomBytes(24).toString('hex');
  const api = `127.0.0.1:${await freePort()}`;
  const service = spawn(process.execPath, ['build/dashkeep.mjs', 'serve'], {
    env: {
      ...environment,
      DASHKEEP_API_TOKEN: token,
      DASHKEEP_LISTEN: api,
      DASHKEEP_OPS_LISTEN: `127.0.0.1:${await freePort()}`,
      DASHKEEP_KUBERNETES: 'off',
      DASHKEEP_STATE_DIR: `${directory}/state`,
      GRAFANA_URL: grafana.url,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const preview = await startPreview({
    sidecarUrl: `http://${api}`,
    sidecarToken: token,
    grafana: { url: grafana.url, authorization: `Bearer ${grafana.token({ name: 'somebody', role: 'Admin' })}` },
    port: 0,
  });
  console.log(`\nThe app, on a page that replaces Grafana: ${preview.url}`);
  console.log('Ctrl-C ends everything.');
  const ended = new AbortController();
  process.once('SIGINT', () => ended.abort());
  process.once('SIGTERM', () => ended.abort());
  await once(ended.signal, 'abort');
  service.kill('SIGTERM');
  await preview.close();
  await stop();
}
