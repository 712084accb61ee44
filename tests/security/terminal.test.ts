import { mkdir, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runMain } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import { listening } from '../support/servers/listening.ts';
import { realClock } from '../support/ports.ts';
import { startS3Server } from '../support/s3/server.ts';

/** Sets the clipboard of a terminal, and replaces the line that it shows. */
const CONTROL = '\u001b]52;c;cm0gLXJmIH4=\u0007\u001b[2K\rdashkeep: done';
const DAY_MS = 86_400_000;

let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let environment: Record<string, string>;

beforeEach(async () => {
  directory = await memoryDirectory();
  environment = {
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
  };
});
afterEach(() => directory.remove());

/** What reached standard error of a command that fails. */
async function printed(...args: string[]): Promise<string> {
  const { exit, error } = await runMain(args, environment);
  expect(exit).not.toBe(0);
  return error.replaceAll('\n', '');
}

it('a file name in an archive cannot control the terminal', async () => {
  await mkdir(`${directory.path}/archive/dashboards`, { recursive: true });
  await writeFile(`${directory.path}/archive/${CONTROL}.json`, 'not JSON');
  // oxlint-disable-next-line no-control-regex -- control characters are what is to be found
  expect(await printed('import', `${directory.path}/archive`)).not.toMatch(/[\u0000-\u001f]/);
});

it('an answer of another Grafana cannot control the terminal', async () => {
  const server = await listening(({ url }, response) => {
    const [status, body] =
      url === '/api/health' ? [200, { database: 'ok', version: '12.4.0' }] : [403, { message: CONTROL }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  Object.assign(environment, { GRAFANA_URL: server.url, GRAFANA_API_TOKEN: 'token' });
  const error = await printed('backup');
  await server.close();
  expect(error).toContain('dashkeep: done');
  // oxlint-disable-next-line no-control-regex -- control characters are what is to be found
  expect(error).not.toMatch(/[\u0000-\u001f]/);
});

it('an answer about one of several organizations cannot control the terminal', async () => {
  const grafana = await startGrafana({ profile: '12.4' });
  await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
  grafana.setFaults({
    match: /^POST .*serviceaccounts/,
    action: { kind: 'status', status: 403, body: { message: CONTROL } },
    skip: 2,
  });
  Object.assign(environment, {
    GRAFANA_URL: grafana.url,
    GRAFANA_ADMIN_USER: 'admin',
    GRAFANA_ADMIN_PASSWORD: 'admin',
    DASHKEEP_ORGS: 'all',
    DASHKEEP_KUBERNETES: 'off',
  });
  const { out, error } = await runMain(['bootstrap'], environment);
  await grafana.close();
  expect(out).toMatch(/no token: .*dashkeep: done/);
  // oxlint-disable-next-line no-control-regex -- control characters are what is to be found
  expect(`${out}${error}`.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f]/);
});

it('a message of the target about one snapshot cannot control the terminal', async () => {
  const grafana = await startGrafana({ profile: '12.4' });
  grafana.seedDashboards({ count: 1, folders: 0 });
  const s3 = await startS3Server();
  Object.assign(environment, s3.environment, {
    DASHKEEP_TARGET: 's3://test',
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_KINDS: 'dashboard',
  });
  await runMain(['backup'], environment);
  await runMain(['backup'], environment);
  // Each snapshot is removed singly, and refused with words of the target.
  s3.options.fault = ({ operation }) =>
    operation === 'DeleteObjects'
      ? { kind: 'status', status: 501, code: 'NotImplemented' }
      : operation === 'DeleteObject'
        ? { kind: 'status', status: 400, code: 'Odd', message: CONTROL }
        : undefined;
  const { out, error } = await runMain(['forget', '--keep-last', '1'], environment);
  await Promise.all([grafana.close(), s3.close()]);
  expect(out).toMatch(/^not removed: .*dashkeep: done/m);
  // oxlint-disable-next-line no-control-regex -- control characters are what is to be found
  expect(`${out}${error}`.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f]/);
});

it('a message of the target about one object cannot control the terminal', async () => {
  const grafana = await startGrafana({ profile: '12.4' });
  const { dashboards } = grafana.seedDashboards({ count: 2, folders: 0 });
  const s3 = await startS3Server();
  Object.assign(environment, s3.environment, {
    DASHKEEP_TARGET: 's3://test',
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_KINDS: 'dashboard',
  });
  await runMain(['backup'], environment);
  await call(grafana, 'admin:admin', `DELETE /api/dashboards/uid/${dashboards[0]}`);
  await runMain(['backup'], environment);
  await runMain(['forget', '--keep-last', '1'], environment);
  const later = (days: number): Promise<{ out: string; error: string }> => {
    s3.options.clockSkewMilliseconds = days * DAY_MS;
    const clock = { ...realClock, now: () => new Date(Date.now() + days * DAY_MS) };
    return runMain(['prune', '--remove-most-objects'], environment, { clock });
  };
  await later(3);
  s3.options.fault = ({ operation }) =>
    operation === 'DeleteObjects'
      ? { kind: 'status', status: 501, code: 'NotImplemented' }
      : operation === 'DeleteObject'
        ? { kind: 'status', status: 400, code: 'Odd', message: CONTROL }
        : undefined;
  const { out, error } = await later(6);
  await Promise.all([grafana.close(), s3.close()]);
  expect(out).toMatch(/^not removed: .*dashkeep: done/m);
  // oxlint-disable-next-line no-control-regex -- control characters are what is to be found
  expect(`${out}${error}`.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f]/);
});

it('a title in a detailed comparison cannot control the terminal', async () => {
  const grafana = await startGrafana({ profile: '12.4' });
  const { dashboards } = grafana.seedDashboards({ count: 1, folders: 0, v2Share: 0 });
  Object.assign(environment, {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_KINDS: 'dashboard',
  });
  await runMain(['backup'], environment);
  const dashboard = { uid: dashboards[0], title: CONTROL, schemaVersion: 42, panels: [] };
  await call(grafana, 'admin:admin', 'POST /api/dashboards/db', { dashboard, overwrite: true });
  const { out } = await runMain(['diff', 'latest', 'live', '--detail'], environment);
  await grafana.close();
  expect(out).toMatch(/^changed .*dashkeep: done/m);
  // oxlint-disable-next-line no-control-regex -- control characters are what is to be found
  expect(out.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f]/);
});
