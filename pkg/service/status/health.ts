import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { objectAt, stringAt } from '../../lib/json/json.ts';
import { notGrafana } from '../../grafana/capabilities.ts';
import { readCertificates } from '../../lib/certificates.ts';
import { networkAdvice } from '../../grafana/http/transport.ts';
import { parseOrUndefined } from '../../grafana/http/response-body.ts';
import { Agent, buildConnector, type Connections } from '../../lib/http/agent.ts';
import { networkCause } from '../../lib/http/network-cause.ts';
import { sendRequest } from '../../lib/http/request.ts';
import type { GrafanaStatus } from './status.ts';

const TIMEOUT_MS = 5_000;
const ANSWER_MOST = 65_536;
const HEALTH = '/api/health';

/** Asks Grafana how it is, without credentials: health is public, and nothing secret goes to anyone who answers. */
export class GrafanaHealth {
  readonly #agent: Connections;
  readonly #url: URL;
  /** The time by Grafana's clock in its last response. */
  date: Date | undefined;

  constructor({ url, caFile }: { url: string; caFile?: string }) {
    const ca = caFile === undefined ? undefined : readCertificates(caFile, 'DASHKEEP_GRAFANA_CA_FILE');
    this.#agent = new Agent({ connections: 1, connect: buildConnector({ ca }) });
    this.#url = new URL(`${url.replace(/\/+$/, '')}${HEALTH}`);
  }

  /** Whatever goes wrong is the answer. */
  async read(signal: AbortSignal): Promise<GrafanaStatus> {
    try {
      const { status, headers, body } = await sendRequest({
        dispatcher: this.#agent,
        origin: this.#url.origin,
        path: this.#url.pathname,
        method: 'GET',
        headers: { accept: 'application/json' },
        body: null,
        idle: TIMEOUT_MS,
        total: TIMEOUT_MS,
        maxBytes: ANSWER_MOST,
        signal,
      });
      this.date = headers.date === undefined ? undefined : new Date(headers.date);
      if (status >= 500) {
        throw new DashkeepError('DK_GRAFANA_FAILED', `Grafana reports that it is not healthy (${status})`);
      }
      const health = status === 200 ? objectAt(parseOrUndefined(body.toString('utf8'))) : undefined;
      if (health === undefined) {
        throw notGrafana(this.#url.href.slice(0, -HEALTH.length), status === 200 ? 0 : status);
      }
      return compact({ reachable: true, version: stringAt(health, 'version') });
    } catch (error) {
      return { reachable: false, problem: unreachable(error, this.#url.origin) };
    }
  }

  close(): Promise<void> {
    return this.#agent.close();
  }
}

function unreachable(error: unknown, origin: string): DashkeepError {
  if (error instanceof DashkeepError) {
    return error;
  }
  return new DashkeepError('DK_GRAFANA_UNREACHABLE', `Grafana does not respond: ${networkCause(error, origin)}`, {
    cause: error,
    advice: networkAdvice(error),
  });
}
