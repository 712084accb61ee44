import { createHash } from 'node:crypto';
import { canonicalJson, parseJson } from '../../../../pkg/lib/json/json.ts';
import type { Fault } from './faults.ts';
import type { Simulator } from '../simulator.ts';
import type { Load } from './load.ts';
import type { Org } from '../model/model.ts';
import type { RequestRecord } from './record.ts';
import type { SeedDashboards } from '../seed/dashboards.ts';

/** A fault that can be sent as JSON: `match` is a string, and the action runs nothing. */
export type SentFault = Fault & { match: string };

/** What can be ordered from another process. */
export interface Orders {
  seed: { given: SeedDashboards; answer: { dashboards: number; folders: number } };
  touch: { given: { count: number; seed?: number }; answer: { dashboards: string[] } };
  wipe: { given: Record<string, never>; answer: Record<string, never> };
  load: { given: Load; answer: Record<string, never> };
  faults: { given: { faults: SentFault[] }; answer: Record<string, never> };
  clear: { given: Record<string, never>; answer: Record<string, never> };
  counters: { given: Record<string, never>; answer: Simulator['counters'] };
  /** The requests since the last clear, oldest first. */
  requests: { given: { from?: number; count?: number }; answer: { requests: RequestRecord[] } };
  /** Whether the bodies of writes are kept in the records from now on. */
  keepBodies: { given: { on: boolean }; answer: Record<string, never> };
  /** Dashboards of the first org. */
  uids: { given: Record<string, never>; answer: { dashboards: string[] } };
  /** SHA-256 of what is stored of each dashboard of the first org, members sorted, by uid. */
  contents: { given: Record<string, never>; answer: Record<string, string> };
}

/** Carries an order out; undefined when there is no such order. */
export function obey(simulator: Simulator, order: string, text: string): unknown {
  const given = (text === '' ? {} : JSON.parse(text)) as never;
  const table: { [Name in keyof Orders]: (given: Orders[Name]['given']) => Orders[Name]['answer'] } = {
    seed: (request) => {
      const seeded = simulator.seedDashboards(request);
      return { dashboards: seeded.dashboards.length, folders: seeded.folders.length };
    },
    touch: ({ count, seed }) => ({ dashboards: simulator.touchDashboards(count, seed) }),
    wipe: () => nothing(simulator.wipe()),
    load: (load) => nothing(simulator.setLoad(load)),
    faults: ({ faults }) => nothing(simulator.setFaults(...faults)),
    clear: () => nothing(simulator.clearRequests()),
    counters: () => simulator.counters,
    requests: ({ from = 0, count }) => ({
      requests: simulator.requests.slice(from, count === undefined ? undefined : from + count),
    }),
    keepBodies: ({ on }) => nothing(simulator.keepBodies(on)),
    uids: () => ({ dashboards: [...simulator.state.org(1).dashboards.keys()] }),
    contents: () => contents(simulator.state.org(1)),
  };
  return Object.hasOwn(table, order) ? table[order as keyof Orders](given) : undefined;
}

function contents(org: Org): Record<string, string> {
  const digest = (text: string): string =>
    createHash('sha256')
      .update(canonicalJson(parseJson(text)))
      .digest('hex');
  return Object.fromEntries([...org.dashboards].map(([uid, { body }]) => [uid, digest(body.text())]));
}

function nothing(_done: void): Record<string, never> {
  return {};
}
