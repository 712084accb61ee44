import { afterEach } from 'vitest';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import type { ProfileName } from '../support/grafana/profiles/profiles.ts';
import { call as http, type HttpResponse } from './http.ts';

/** The simulator of the test that runs. */
export let grafana: Simulator;
let token: string;

afterEach(() => grafana.close());

/** Starts an empty one, closed after the test. */
export async function start(profile: ProfileName): Promise<void> {
  grafana = await startGrafana({ profile });
  token = grafana.token();
}

/** From now on `call` speaks as somebody with those rights. */
export function become(rights: Parameters<Simulator['token']>[0]): void {
  token = grafana.token(rights);
}

/** Such as `GET /api/folders`, as an Admin until `become` was called. */
export function call(route: string, body?: unknown, headers?: Record<string, string>): Promise<HttpResponse> {
  return http(grafana, token, route, body, headers);
}
