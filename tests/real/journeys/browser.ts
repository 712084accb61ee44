import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { chromiumPath } from '../../support/chromium.ts';
import type { Journey } from '../journey.ts';

const ROOT = join(import.meta.dirname, '../../..');

export const browser: Journey = {
  name: 'browser',
  title: 'The browser tests pass inside the real pages',
  async skipped({ grafana }) {
    if (chromiumPath() === undefined) {
      return 'no Chromium found (set CHROMIUM_PATH)';
    }
    const { status } = await grafana.ask('GET', '/api/plugins/dashkeep-backup-app/settings');
    return status === 200 ? undefined : 'the app is not installed in this Grafana';
  },
  async run(stage) {
    const { url, user, password } = stage.grafana.login;
    const child = spawn('npx', ['playwright', 'test', '--reporter=line'], {
      cwd: ROOT,
      env: {
        ...process.env,
        GRAFANA_URL: url,
        GRAFANA_ADMIN_USER: user,
        GRAFANA_ADMIN_PASSWORD: password,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    stage.check('playwright test', code === 0, output.trim().split('\n').slice(-40));
  },
};
