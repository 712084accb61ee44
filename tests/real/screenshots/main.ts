import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Browser } from '@playwright/test';
import { CHROMIUM_ARGS, chromiumPath } from '../../support/chromium.ts';
import { freePort } from '../../support/servers/listening.ts';
import { STORAGES } from '../../support/clouds/storages.ts';
import { startS3Server } from '../../support/s3/server.ts';
import { healthy } from '../burn.ts';
import { Grafana, until } from '../grafana.ts';
import { refusedUrl, signsOfUse } from '../guard.ts';
import { Product } from '../product.ts';
import { deletePayments, EDITS, fill } from './content.ts';
import { AFTER, BEFORE, RESTORED, type Shot } from './shots.ts';

/**
 * Makes the pictures of the README and the catalogue, in both themes, in a real Grafana that is empty and in which the
 * app is installed: `npm run screenshots -- --grafana URL`, with GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD set.
 */
const PICTURES = resolve('src/img/screenshots');
const THEMES = ['dark', 'light'] as const;
/** The service, as the pages reach it. */
const API = '/api/plugin-proxy/dashkeep-backup-app/api/v1';
/** Wide enough for Grafana's menu beside the page. */
const VIEWPORT = { width: 1440, height: 900 };

const { values } = parseArgs({ options: { grafana: { type: 'string', default: '' } } });
const user = process.env['GRAFANA_ADMIN_USER'];
const password = process.env['GRAFANA_ADMIN_PASSWORD'];
const problem = refusedUrl(values.grafana, false);
if (problem !== undefined || user === undefined || password === undefined) {
  console.error(problem ?? 'Set GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD.');
  process.exitCode = 2;
} else {
  await main(new Grafana({ url: values.grafana, user, password }));
}

async function main(grafana: Grafana): Promise<void> {
  await healthy(grafana);
  const used = await signsOfUse(grafana);
  if (used.length > 0) {
    throw new Error(`this Grafana is not empty: ${used.join(', ')}`);
  }
  const product = await Product.create(grafana.login, grafana.login.url, await STORAGES.directory());
  const s3 = await startS3Server({ buckets: [{ name: 'grafana-backups', versioning: true }], record: false });
  const address = `127.0.0.1:${await freePort()}`;
  const service = product.start(['serve'], {
    DASHKEEP_LISTEN: address,
    DASHKEEP_OPS_LISTEN: 'off',
    DASHKEEP_URL: `http://${address}`,
    DASHKEEP_ORGS: undefined,
    DASHKEEP_TARGET: 's3://grafana-backups/production',
    ...s3.environment,
  });
  service.stdout?.resume();
  service.stderr?.pipe(process.stderr);
  const executablePath = chromiumPath();
  const browser = await chromium.launch({ args: CHROMIUM_ARGS, ...(executablePath ? { executablePath } : {}) });
  try {
    await take(grafana, browser);
  } finally {
    await browser.close();
    service.kill();
    await once(service, 'close');
    await s3.close();
    await product.remove();
  }
}

async function take(grafana: Grafana, browser: Browser): Promise<void> {
  await until(
    'the app to reach the service',
    120,
    async () => (await grafana.ask('GET', `${API}/status`)).status === 200,
  );
  await rm(PICTURES, { recursive: true, force: true });
  await mkdir(PICTURES, { recursive: true });
  await fill(grafana);
  let snapshot = await backUp(grafana);
  for (const edit of EDITS) {
    await edit(grafana);
    snapshot = await backUp(grafana);
  }
  for (const theme of THEMES) {
    await shoot(grafana, browser, theme, snapshot, BEFORE);
  }
  await deletePayments(grafana);
  for (const theme of THEMES) {
    await shoot(grafana, browser, theme, snapshot, AFTER);
  }
  for (const theme of THEMES) {
    await shoot(grafana, browser, theme, snapshot, [RESTORED]);
    await deletePayments(grafana);
  }
}

/** Backs up, and returns the snapshot's id. */
async function backUp(grafana: Grafana): Promise<string> {
  let id = '';
  // The scheduler may have started one.
  await until('a backup to start', 60, async () => {
    ({ id } = await grafana.post<{ id: string }>(`${API}/runs`, { kind: 'backup' }));
    return true;
  });
  let run: { status: string; snapshot?: string } = { status: '' };
  await until('the backup', 120, async () => {
    run = await grafana.get(`${API}/runs/${id}`);
    return !['queued', 'running'].includes(run.status);
  });
  if (run.snapshot === undefined) {
    throw new Error(`the backup is ${run.status}`);
  }
  return run.snapshot;
}

async function shoot(
  grafana: Grafana,
  browser: Browser,
  theme: (typeof THEMES)[number],
  snapshot: string,
  shots: readonly Shot[],
): Promise<void> {
  const { url, user, password } = grafana.login;
  await grafana.put('/api/user/preferences', { theme, timezone: 'utc' });
  const context = await browser.newContext({ viewport: VIEWPORT, baseURL: url, locale: 'en-US' });
  const page = await context.newPage();
  await page.request.post('/login', { data: { user, password } });
  for (const { name, path, act, ready } of shots) {
    await page.goto(path(snapshot));
    await act?.(page);
    await ready(page);
    // Charts and skeletons fade; a picture is no test, so waiting is enough.
    await page.waitForLoadState('networkidle');
    await page.waitForTimeout(1_000);
    await page.screenshot({ path: resolve(PICTURES, `${name}-${theme}.png`) });
    console.log(`${name}-${theme}`);
  }
  await context.close();
}
