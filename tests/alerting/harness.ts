import { canonicalJson, type Json } from '../../pkg/lib/json/json.ts';
import type { KindName } from '../../pkg/contract/kinds.ts';
import { silentLog, type Clock, type Log } from '../../pkg/contract/ports.ts';
import { reasonSentence } from '../../pkg/contract/reasons/reason.ts';
import { GrafanaClient } from '../../pkg/grafana/http/client.ts';
import { basicCredentials, tokenCredentials, type CredentialSource } from '../../pkg/grafana/http/credentials.ts';
import { connect, kindContext } from '../../pkg/grafana/instance.ts';
import type { Restorable, WriteContext } from '../../pkg/grafana/kinds/kind.ts';
import type { Content } from '../../pkg/grafana/kinds/content.ts';
import { kindOf } from '../../pkg/grafana/kinds/registry.ts';
import { startGrafana, type SimulatorOptions } from '../support/grafana/index.ts';
import type { TokenRequest, Simulator } from '../support/grafana/simulator.ts';
import { call, type HttpResponse } from '../simulator/http.ts';
import { SeededRandomness } from '../support/repository/repository.ts';

/** In the order in which a restore writes them. */
export const ALERTING: KindName[] = [
  'notification-template',
  'mute-timing',
  'contact-point',
  'notification-policy',
  'inhibition-rule',
  'alert-rule-group',
  'silence',
];

export interface RunOptions {
  org?: number;
  decryptSecrets?: boolean;
  /** By contact point. */
  secrets?: Record<string, Record<string, string>>;
  log?: Log;
  /** A service account instead of the server admin. */
  account?: TokenRequest;
}

/** A Grafana with folders and alerting, and runs on it. Sleeping moves Grafana's clock, so nobody waits. */
export class AlertingGrafana {
  readonly sim: Simulator;
  readonly slept: number[] = [];
  readonly #clients: GrafanaClient[] = [];

  private constructor(sim: Simulator) {
    this.sim = sim;
  }

  static async start(options: SimulatorOptions): Promise<AlertingGrafana> {
    return new AlertingGrafana(await startGrafana(options));
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.sim.close();
  }

  /** As a person or another tool would, as the server admin. */
  async api(route: string, body?: unknown, headers: Record<string, string> = {}): Promise<HttpResponse> {
    const answer = await call(this.sim, 'admin:admin', route, body, headers);
    if (answer.status >= 300) {
      throw new Error(`${route}: ${answer.status} ${answer.text}`);
    }
    return answer;
  }

  /** The same, leaving the object editable in the UI. */
  asPerson(route: string, body?: unknown): Promise<HttpResponse> {
    return this.api(route, body, { 'x-disable-provenance': 'true' });
  }

  /** A fresh run: nothing remembered. */
  async run(options: RunOptions = {}): Promise<WriteContext> {
    const clock: Clock = {
      now: () => new Date(this.sim.state.now()),
      monotonic: () => this.sim.state.now(),
      sleep: async (milliseconds) => {
        this.slept.push(milliseconds);
        this.sim.advance(milliseconds);
      },
    };
    const log = options.log ?? silentLog;
    const client = GrafanaClient.open({
      url: this.sim.url,
      credentials: this.#credentials(options.account),
      clock,
      randomness: new SeededRandomness(),
      log,
    });
    this.#clients.push(client);
    const instance = await connect({ client, ...(options.org === undefined ? {} : { orgs: [options.org] }) });
    const context = kindContext(instance, instance.orgs[0]!, {
      clock,
      log,
      signal: new AbortController().signal,
      decryptSecrets: options.decryptSecrets ?? false,
    });
    return {
      ...context,
      secrets: (_kind, uid) => options.secrets?.[uid],
      includeManaged: false,
      keepSecrets: false,
      message: 'Restored',
    };
  }

  #credentials(account: TokenRequest | undefined): CredentialSource {
    if (account !== undefined) {
      const token = this.sim.token(account);
      return tokenCredentials(async () => token);
    }
    const admin = async (): Promise<string> => 'admin';
    return basicCredentials(admin, admin);
  }
}

export type Taken = Map<string, Content>;

/** Lists a kind and reads what the listing did not carry, as a backup does. */
export async function take(name: KindName, context: WriteContext): Promise<Taken> {
  const kind = kindOf(name);
  const taken: Taken = new Map();
  if (!(await kind.serves(context)).served) {
    return taken;
  }
  for await (const listed of kind.list(context, { revision: () => undefined, size: 0 })) {
    taken.set(listed.uid, listed.content ?? (await kind.read(context, listed))!);
  }
  return taken;
}

export async function takeAll(grafana: AlertingGrafana, options?: RunOptions): Promise<Map<KindName, Taken>> {
  const context = await grafana.run(options);
  const all = new Map<KindName, Taken>();
  for (const name of ALERTING) {
    all.set(name, await take(name, context));
  }
  return all;
}

export interface Outcome {
  written: string[];
  losses: string[];
  /** Why something was not written, by uid. */
  refused: Record<string, string>;
}

/** Plans and writes as a restore with overwriting does. */
export async function restore(name: KindName, context: WriteContext, contents: Taken): Promise<Outcome> {
  const kind = kindOf(name);
  const outcome: Outcome = { written: [], losses: [], refused: {} };
  for (const [uid, content] of contents) {
    const live = await kind.read(context, { uid, title: content.title });
    const item: Restorable = { uid, content, ...(live === undefined ? {} : { live }) };
    const wanted = live === undefined ? content : (kind.merge?.(content, live) ?? content);
    if (live !== undefined && sameBody(name, wanted.body, live.body)) {
      continue;
    }
    const forecast = await kind.forecast?.(context, item);
    const reason = forecast?.blocked ?? forecast?.skip;
    if (reason !== undefined) {
      outcome.refused[uid] = reasonSentence(reason);
      continue;
    }
    const written = await kind.write!(context, item);
    outcome.written.push(written.uid);
    outcome.losses.push(...new Set([...(forecast?.losses ?? []), ...written.losses].map(reasonSentence)));
  }
  return outcome;
}

export function sameBody(name: KindName, a: Json, b: Json): boolean {
  const comparable = kindOf(name).comparable;
  return canonicalJson(comparable?.(a, b) ?? a) === canonicalJson(comparable?.(b, a) ?? b);
}

export function bodies(taken: Taken): Record<string, Json> {
  return Object.fromEntries([...taken].map(([uid, { body }]) => [uid, body]));
}

/** Writes all kinds in order, with one run. */
export async function restoreAll(
  grafana: AlertingGrafana,
  taken: Map<KindName, Taken>,
  options?: RunOptions,
): Promise<Map<KindName, Outcome>> {
  const context = await grafana.run(options);
  const outcomes = new Map<KindName, Outcome>();
  for (const name of ALERTING) {
    outcomes.set(name, await restore(name, context, taken.get(name)!));
  }
  return outcomes;
}
