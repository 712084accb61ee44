import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach } from 'vitest';
import type { Clock } from '../../../pkg/contract/ports.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { eventually, realClock } from '../../support/ports.ts';
import { removeDirectory, startService, TEST_API_TOKEN, type TestService } from '../../support/service.ts';
import { program } from '../../support/program.ts';

export let grafana: Simulator;
export let directory: string;
/** Those that end after the test. */
export const services: TestService[] = [];
const children: ChildProcess[] = [];

/** A Grafana with six dashboards, and a directory for state and target; what was started ends after each test. */
export function setUp(): void {
  beforeEach(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    grafana.seedDashboards({ count: 6, folders: 2 });
    directory = await mkdtemp(join(tmpdir(), 'dashkeep-life-'));
  });
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
    children.splice(0).forEach((child) => child.kill('SIGKILL'));
    await grafana.close();
    await removeDirectory(directory);
  });
}

/** The service within this process. */
export async function start(
  environment: Record<string, string | undefined> = {},
  clock: Clock = realClock,
): Promise<TestService> {
  const service = await startService({
    grafanaUrl: grafana.url,
    directory,
    environment: { ...fewKinds(), ...environment },
    clock,
  });
  services.push(service);
  return service;
}

/** The real program in its own process. */
export async function startProcess(
  environment: Record<string, string | undefined> = {},
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [await program(), 'serve'], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      HOME: directory,
      GRAFANA_URL: grafana.url,
      GRAFANA_ADMIN_USER: 'admin',
      GRAFANA_ADMIN_PASSWORD: 'admin',
      DASHKEEP_KUBERNETES: 'off',
      DASHKEEP_STATE_DIR: join(directory, 'state'),
      DASHKEEP_TARGET: `file://${join(directory, 'target')}`,
      DASHKEEP_LISTEN: '127.0.0.1:0',
      DASHKEEP_OPS_LISTEN: 'off',
      DASHKEEP_API_TOKEN: TEST_API_TOKEN,
      DASHKEEP_SCHEDULE: 'off',
      DASHKEEP_JITTER_SECONDS: '0',
      ...fewKinds(),
      ...environment,
    },
  });
  children.push(child);
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const url = await eventually('to listen', () => /"api":"([^"]+)"/.exec(text)?.[1]);
  return { child, url };
}

/** A call of the API, by its answer. */
export const call = (url: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${TEST_API_TOKEN}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // oxlint-disable-next-line typescript/no-explicit-any -- answers of many shapes
  }).then((answer) => answer.json() as Promise<any>);
