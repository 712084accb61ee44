import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { serviceConfig } from '../../pkg/cli/config/service.ts';
import type { Clock } from '../../pkg/contract/ports.ts';
import { jsonLog, type Level } from '../../pkg/service/log.ts';
import type { Resolve } from '../../pkg/storage/outbound/policy.ts';
import { serve, type Running } from '../../pkg/service/serve.ts';
import { eventually, realClock, realRandomness } from './ports.ts';
import { send } from './servers/send.ts';

export interface TestService extends Running {
  token: string;
  /** Every line that was logged. */
  lines: string[];
  directory: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<TestResponse>;
  /** Resolves when the service ends a run, and otherwise after a moment: polling costs more than some runs do. */
  runEnd(): Promise<unknown>;
  /** A run, once it has ended. */
  ended(id: string): Promise<Record<string, unknown>>;
}

export interface TestResponse {
  status: number;
  headers: Headers;
  text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of many shapes
  json: any;
}

export interface TestServiceOptions {
  grafanaUrl: string;
  /** Added to the usual ones; undefined takes one away. */
  environment?: Record<string, string | undefined>;
  /** An earlier service's folder, to go on where that ended. */
  directory?: string;
  clock?: Clock;
  level?: Level;
  /** Answers for name servers where addresses of the pages are concerned. */
  resolve?: Resolve;
}

/** The longest wait for a run to end before another look, in milliseconds: another process may run it. */
const LOOK = 250;

export const TEST_API_TOKEN = 'api-token-of-the-test-0123456789';

/** A real service on free ports, with its state and target in a temporary folder. */
export async function startService(options: TestServiceOptions): Promise<TestService> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'dashkeep-service-')));
  const lines: string[] = [];
  const config = serviceConfig(
    {
      GRAFANA_URL: options.grafanaUrl,
      GRAFANA_ADMIN_USER: 'admin',
      GRAFANA_ADMIN_PASSWORD: 'admin',
      DASHKEEP_KUBERNETES: 'off',
      DASHKEEP_STATE_DIR: join(directory, 'state'),
      DASHKEEP_LISTEN: '127.0.0.1:0',
      DASHKEEP_OPS_LISTEN: '127.0.0.1:0',
      DASHKEEP_API_TOKEN: TEST_API_TOKEN,
      DASHKEEP_TARGET: `file://${join(directory, 'target')}`,
      DASHKEEP_SCHEDULE: 'off',
      DASHKEEP_VERIFY_SCHEDULE: 'off',
      DASHKEEP_PRUNE_SCHEDULE: 'off',
      DASHKEEP_JITTER_SECONDS: '0',
      DASHKEEP_STOP_SECONDS: '5',
      // Its clock is then not that of the simulators.
      ...(options.clock === undefined ? {} : { DASHKEEP_IGNORE_CLOCK: 'true' }),
      ...options.environment,
    },
    { stateDir: join(directory, 'state') },
    'test',
  );
  const log = jsonLog(options.level ?? 'trace', (line) => lines.push(line));
  const waiting: (() => void)[] = [];
  const info = (fields: object, message: string): void => {
    log.info(fields, message);
    if (message === 'a run has ended') {
      waiting.splice(0).forEach((resolve) => resolve());
    }
  };
  const runEnd = (): Promise<unknown> =>
    Promise.race([new Promise<void>((resolve) => waiting.push(resolve)), wait(LOOK, undefined, { ref: false })]);
  const running = await serve(config, {
    clock: options.clock ?? realClock,
    randomness: realRandomness,
    log: { ...log, info },
    resolve: options.resolve,
  });
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<TestResponse> => {
    const type = body === undefined ? undefined : { 'content-type': 'application/json' };
    const given = { authorization: `Bearer ${TEST_API_TOKEN}`, ...type, ...headers };
    const answer = await send(`${running.url}/api/v1${path}`, method, given, JSON.stringify(body));
    return { ...answer, json: answer.text === '' ? undefined : JSON.parse(answer.text) };
  };
  return {
    ...running,
    token: TEST_API_TOKEN,
    lines,
    directory,
    call,
    runEnd,
    async ended(id) {
      return eventually(`the end of run ${id}`, async () => {
        const end = runEnd();
        const { json } = await call('GET', `/runs/${id}`);
        return json.status === 'queued' || json.status === 'running' ? void (await end) : json;
      });
    },
  };
}

export function removeDirectory(directory: string): Promise<void> {
  return rm(directory, { recursive: true, force: true, maxRetries: 3 });
}
