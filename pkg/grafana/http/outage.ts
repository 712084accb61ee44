import type { Clock, Log } from '../../contract/ports.ts';
import type { KnownReason } from '../../contract/reasons/catalogue.ts';
import { networkCause } from '../../lib/http/network-cause.ts';
import { sendRequest, type HttpRequest } from '../../lib/http/request.ts';
import { GrafanaError } from './errors.ts';
import { networkAdvice } from './transport.ts';

/** How a run waits for a Grafana that is down. */
export interface Patience {
  /** Called when the waiting begins, and when it ends. */
  onWait: (waiting: boolean) => void;
  signal: AbortSignal;
  /** Milliseconds that Grafana may be away; those of the client when not given. */
  within?: number;
  /** The run has not begun: Grafana need not have answered before. */
  atStart?: true;
}

/** Why Grafana does not answer, and what to do if it never did. */
interface Down {
  cause: string;
  advice?: KnownReason | undefined;
}

export interface OutageOptions {
  clock: Clock;
  log: Log;
  /** Milliseconds that Grafana may be away. */
  within: number;
  /** Why Grafana does not answer within these milliseconds, asked once; undefined when it does. */
  whyDown: (within: number, signal: AbortSignal) => Promise<Down | undefined>;
  /** The address, and the milliseconds that one response may take. */
  address: string;
  timeout: number;
  /** Whether there was a response yet. */
  answered: () => boolean;
}

const PROBE_EVERY_MS = 1_000;
/** A first response that takes longer, in milliseconds, is reported: until then nothing names the address. */
const SILENT_MS = 10_000;

/** Milliseconds within which Grafana says that it is up; fewer if the time is nearly over. */
const HEALTH_TIMEOUT_MS = { most: 5_000, least: 500 };
const MAX_HEALTH_BYTES = 1024 * 1024;

/** Waits for a Grafana that is down, once for all requests of a client. */
export class Outage {
  readonly #options: OutageOptions;
  #patience: Patience | undefined;
  readonly #closing = new AbortController();
  #looking: Promise<boolean> | undefined;
  #gone: GrafanaError | undefined;

  constructor(options: OutageOptions) {
    this.#options = options;
  }

  /** From now on a Grafana that goes away is waited for. Without it, requests fail after their own attempts. */
  waitOut(patience: Patience): void {
    this.#patience = patience;
    if (patience.atStart === true && !this.#options.answered()) {
      void this.#reportSilence(patience.signal);
    }
  }

  /** Something may accept connections and never respond. */
  async #reportSilence(running: AbortSignal): Promise<void> {
    const { clock, log, address, timeout, answered } = this.#options;
    const signal = AbortSignal.any([running, this.#closing.signal]);
    await clock.sleep(SILENT_MS, signal).catch(() => undefined);
    if (!signal.aborted && !answered() && this.#looking === undefined) {
      const [silent, most] = [SILENT_MS, timeout].map((milliseconds) => `${Math.round(milliseconds / 1000)} seconds`);
      log.warn({}, `no response from ${address} for ${silent}; waiting up to ${most} for it`);
    }
  }

  /** Nothing can be asked for from now on, and what waits for Grafana fails. */
  close(): void {
    this.#gone ??= unreachable('the connections to Grafana are closed');
    this.#closing.abort(this.#gone);
  }

  /** Set when Grafana stayed away, or with `close`: the same error for everything that is still asked for. */
  get gone(): GrafanaError | undefined {
    return this.#gone;
  }

  /** Resolves when Grafana is not waited for, or no longer. */
  async settled(): Promise<void> {
    await this.#looking;
  }

  /**
   * Asked after a request failed in a way that a restart causes.
   * @param since - when the request was made, by the monotonic clock
   * @returns whether Grafana was away and is back: the request is to be sent again then.
   * @throws `gone` when it stayed away, and the reason of the run's signal.
   */
  async isOver(since: number): Promise<boolean> {
    if (this.#gone !== undefined) {
      throw this.#gone;
    }
    if (this.#patience === undefined) {
      return false;
    }
    this.#looking ??= this.#look(this.#patience, since).finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(patience: Patience, since: number): Promise<boolean> {
    const { onWait, atStart, within = this.#options.within } = patience;
    const { clock, log, whyDown } = this.#options;
    const signal = AbortSignal.any([patience.signal, this.#closing.signal]);
    const begun = atStart === true ? since : clock.monotonic();
    const deadline = begun + within;
    const ask = (): Promise<Down | undefined> => whyDown(deadline - clock.monotonic(), signal);
    let down = await ask();
    if (down === undefined) {
      return false;
    }
    let { cause, advice } = down;
    log.warn({ seconds: within / 1000, cause }, 'Grafana does not respond; waiting for it');
    onWait(true);
    try {
      while (clock.monotonic() < deadline) {
        await clock.sleep(PROBE_EVERY_MS, signal);
        down = await ask();
        if (down === undefined) {
          log.info({}, 'Grafana responds again');
          return true;
        }
        ({ cause, advice } = down);
      }
    } finally {
      onWait(false);
    }
    const seconds = `${Math.round((clock.monotonic() - begun) / 1000)} seconds`;
    const stopped = atStart === true ? '' : 'stopped and ';
    const message = `Grafana ${stopped}did not respond for ${seconds}: ${cause}`;
    // One that responded before has the right scheme and certificate.
    this.#gone = unreachable(message, atStart === true ? advice : undefined);
    throw this.#gone;
  }
}

function unreachable(message: string, advice?: KnownReason): GrafanaError {
  const health = { method: 'GET', path: '/api/health' } as const;
  return new GrafanaError('DK_GRAFANA_UNREACHABLE', health, { status: 0, message }, { advice });
}

/** A proxy that refuses this request may let others through, which say whether Grafana is down. */
const UP = new Set([200, 401, 403]);

/**
 * Why Grafana does not answer, or lacks its database; undefined when all is well. A proxy in front of a Grafana that is
 * away answers something else.
 */
export async function whyDown(
  health: Pick<HttpRequest, 'dispatcher' | 'origin' | 'path'>,
  within: number,
  signal: AbortSignal,
): Promise<Down | undefined> {
  const timeout = Math.max(HEALTH_TIMEOUT_MS.least, Math.min(HEALTH_TIMEOUT_MS.most, within));
  try {
    const { status } = await sendRequest({
      ...health,
      method: 'GET',
      headers: { accept: 'application/json' },
      body: null,
      idle: timeout,
      total: timeout,
      maxBytes: MAX_HEALTH_BYTES,
      signal,
    });
    return UP.has(status) ? undefined : { cause: `${new URL(health.origin).host} responds with HTTP ${status}` };
  } catch (error) {
    signal.throwIfAborted();
    return { cause: networkCause(error, health.origin), advice: networkAdvice(error) };
  }
}
