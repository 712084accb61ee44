import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { chromiumPath } from '../../support/chromium.ts';
import type { Journey } from '../journey.ts';

const ROOT = join(import.meta.dirname, '../../..');

export const browser: Journey = {
  name: 'browser',
  title: 'The browser tests pass inside the real pages',
  skipped: () => (chromiumPath() === undefined ? 'no Chromium found (set CHROMIUM_PATH)' : undefined),
  async run(stage) {
    const plugin = await stage.grafana.ask('GET', '/api/plugins/dashkeep-backup-app/settings');
    if (plugin.status !== 200) {
      stage.check('the app is installed in this Grafana', false, [
        `its settings answer ${plugin.status}: ${plugin.text}`,
      ]);
      return;
    }
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
