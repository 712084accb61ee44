import { afterEach, beforeEach, expect } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

export const ADMIN = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };

export interface Installation {
  /** The Grafana of this test. */
  grafana(): Simulator;
  /** Where the repository of this test is. */
  repository(): string;
  /** Runs a command, by default as a server admin. */
  dashkeep(args: string[], credentials?: Record<string, string>, ports?: Parameters<typeof runCli>[2]): Promise<Ended>;
  /** Calls Grafana, which must succeed. @returns the body of the response */
  api(route: string, body?: unknown, org?: number): Promise<Record<string, unknown>>;
}

/** Gives each test of a file its own Grafana, repository and state. */
export function installation(): Installation {
  let grafana: Simulator;
  let directory: Awaited<ReturnType<typeof memoryDirectory>>;
  beforeEach(async () => {
    grafana = await startGrafana({ profile: '12.4', searchDelayMs: 0, alertingWarmUpMs: 0, alertingWriteMs: 0 });
    directory = await memoryDirectory();
  });
  afterEach(async () => {
    await grafana.close();
    await directory.remove();
  });
  return {
    grafana: () => grafana,
    repository: () => `${directory.path}/repository`,
    dashkeep(args, credentials = ADMIN, ports = {}) {
      const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
      return runCli([...args, ...where], { GRAFANA_URL: grafana.url, ...credentials }, ports);
    },
    async api(route, body, org = 1) {
      const answer = await call(grafana, 'admin:admin', route, body, { 'x-grafana-org-id': String(org) });
      expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
      return answer.body as Record<string, unknown>;
    },
  };
}
