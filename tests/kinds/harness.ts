import { canonicalJson, type Json } from '../../pkg/lib/json/json.ts';
import type { KindName } from '../../pkg/contract/kinds.ts';
import { silentLog } from '../../pkg/contract/ports.ts';
import { reasonSentence } from '../../pkg/contract/reasons/reason.ts';
import { GrafanaClient } from '../../pkg/grafana/http/client.ts';
import { basicCredentials, tokenCredentials } from '../../pkg/grafana/http/credentials.ts';
import { connect, kindContext, type Instance } from '../../pkg/grafana/instance.ts';
import type { Kind, KindContext, Listed, Restorable, WriteContext } from '../../pkg/grafana/kinds/kind.ts';
import type { Content } from '../../pkg/grafana/kinds/content.ts';
import { kindOf } from '../../pkg/grafana/kinds/registry.ts';
import { hastyClock } from '../support/fast-clock.ts';
import { startGrafana, type SimulatorOptions } from '../support/grafana/index.ts';
import type { TokenRequest, Simulator } from '../support/grafana/simulator.ts';
import { SeededRandomness } from '../support/repository/repository.ts';

export interface TestGrafana {
  sim: Simulator;
  /** The server admin in org 1. A fresh run at each call: nothing remembered. */
  admin(options?: RunOptions): Promise<WriteContext>;
  /** What the engine works with, as the server admin. */
  instance(orgs?: 'all'): Promise<Instance>;
  /** A service account, by default with the Admin role. */
  account(given?: TokenRequest, options?: RunOptions): Promise<WriteContext>;
  close(): Promise<void>;
}

export interface RunOptions {
  /** Secrets by `kind/uid`. */
  secrets?: Record<string, Record<string, string>>;
  includeManaged?: boolean;
  keepSecrets?: boolean;
  org?: number;
}

export async function testGrafana(options: SimulatorOptions): Promise<TestGrafana> {
  const sim = await startGrafana(options);
  const clients: GrafanaClient[] = [];
  const clientAs = (credentials: ReturnType<typeof tokenCredentials>): GrafanaClient => {
    const client = GrafanaClient.open({
      url: sim.url,
      credentials,
      clock: hastyClock,
      randomness: new SeededRandomness(),
      log: silentLog,
    });
    clients.push(client);
    return client;
  };
  const asAdmin = basicCredentials(
    async () => 'admin',
    async () => 'admin',
  );
  const open = async (credentials: ReturnType<typeof tokenCredentials>, run: RunOptions): Promise<WriteContext> => {
    const client = clientAs(credentials);
    const instance = await connect({ client, ...(run.org === undefined ? {} : { orgs: [run.org] }) });
    const signal = new AbortController().signal;
    const context = kindContext(instance, instance.orgs[0]!, {
      clock: hastyClock,
      log: silentLog,
      signal,
      decryptSecrets: false,
    });
    return {
      ...context,
      secrets: (kind, uid) => run.secrets?.[`${kind}/${uid}`],
      includeManaged: run.includeManaged ?? false,
      keepSecrets: run.keepSecrets ?? false,
      message: 'Restored',
    };
  };
  return {
    sim,
    admin: (run = {}) => open(asAdmin, run),
    instance: (orgs) => connect({ client: clientAs(asAdmin), ...(orgs === undefined ? {} : { orgs }) }),
    account: (given = {}, run = {}) =>
      open(
        tokenCredentials(async () => sim.token(given)),
        run,
      ),
    async close() {
      await Promise.all(clients.splice(0).map((client) => client.close()));
      await sim.close();
    },
  };
}

export type Taken = Map<string, Content>;

/** Lists a kind and reads what the listing did not carry, as a backup does. */
export async function take(name: KindName, context: KindContext): Promise<Taken> {
  const kind = kindOf(name);
  const taken: Taken = new Map();
  for await (const listed of kind.list(context, { revision: () => undefined, size: 0 })) {
    const content = listed.content ?? (await kind.read(context, listed));
    if (content !== undefined) {
      taken.set(listed.uid, content);
    }
  }
  return taken;
}

export interface Restored {
  written: string[];
  losses: Record<string, string[]>;
  blocked: Record<string, string>;
}

/** Plans and writes as a restore with overwriting does: what is equal is left alone, what is blocked is not written. */
export async function restore(name: KindName, context: WriteContext, taken: Taken): Promise<Restored> {
  const kind = kindOf(name);
  const live = await take(name, context);
  const restored: Restored = { written: [], losses: {}, blocked: {} };
  const counterparts = await kind.counterparts?.(context, taken, new Set());
  for (const [wanted, content] of taken) {
    const uid = counterparts?.get(wanted) ?? wanted;
    const present = live.get(uid);
    if (present !== undefined && same(kind, present, content)) {
      continue;
    }
    const item: Restorable = { uid, content, ...(present === undefined ? {} : { live: present }) };
    const forecast = await kind.forecast?.(context, item);
    const reason = forecast?.blocked ?? forecast?.skip;
    if (reason !== undefined) {
      restored.blocked[uid] = reasonSentence(reason);
      continue;
    }
    const written = await kind.write!(context, item);
    restored.written.push(written.uid);
    const losses = [...new Set([...(forecast?.losses ?? []), ...written.losses].map(reasonSentence))];
    if (losses.length > 0) {
      restored.losses[uid] = losses;
    }
  }
  return restored;
}

function same(kind: Kind, live: Content, wanted: Content): boolean {
  const part = (body: Json, other: Json): string => canonicalJson(kind.comparable?.(body, other) ?? body);
  return live.folderUid === wanted.folderUid && part(live.body, wanted.body) === part(wanted.body, live.body);
}

/** What object ids are made of, and the folder: bodies by uid. */
export function bodies(taken: Taken): Record<string, { body: Json; folderUid?: string }> {
  return Object.fromEntries(
    [...taken].map(([uid, { body, folderUid }]) => [uid, { body, ...(folderUid === undefined ? {} : { folderUid }) }]),
  );
}

/** Takes all kinds, empties Grafana, restores them in order, takes them again; a fresh run for each of the three. */
export async function roundTrip(
  grafana: TestGrafana,
  names: KindName[],
  run: RunOptions = {},
): Promise<{ before: Map<KindName, Taken>; after: Map<KindName, Taken>; restored: Map<KindName, Restored> }> {
  const before = await takeAll(grafana, names);
  grafana.sim.wipe();
  const context = await grafana.admin(run);
  const restored = new Map<KindName, Restored>();
  for (const name of names) {
    restored.set(name, await restore(name, context, before.get(name)!));
  }
  return { before, restored, after: await takeAll(grafana, names) };
}

export async function takeAll(grafana: TestGrafana, names: KindName[]): Promise<Map<KindName, Taken>> {
  const context = await grafana.admin();
  const all = new Map<KindName, Taken>();
  for (const name of names) {
    all.set(name, await take(name, context));
  }
  return all;
}

export async function listed(name: KindName, context: KindContext): Promise<Listed[]> {
  const all: Listed[] = [];
  for await (const one of kindOf(name).list(context, { revision: () => undefined, size: 0 })) {
    all.push(one);
  }
  return all;
}
