import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '../../../pkg/lib/json/json.ts';
import type { Manifest, ManifestEntry } from '../../../pkg/contract/manifest.ts';
import { silentLog, type Clock, type Log, type Randomness } from '../../../pkg/contract/ports.ts';
import { newTimedId } from '../../../pkg/repository/layout.ts';
import { openRepository, type OpenOptions } from '../../../pkg/repository/open.ts';
import type { Repository } from '../../../pkg/repository/repository.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import type { ObjectStore } from '../../../pkg/storage/store.ts';
import { MemoryStore, type MemoryStoreOptions } from '../stores/memory-store.ts';

/** A clock that moves only when told, or when somebody sleeps on it. */
export class TestClock implements Clock {
  #now: number;

  constructor(start = '2026-11-24T14:30:00.000Z') {
    this.#now = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#now);
  }

  monotonic(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Sleeps end only when aborted: heartbeats stay still, so that a test is the same every time. */
  sleep(_milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((_resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
      }
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }
}

/** The same numbers for the same seed. */
export class SeededRandomness implements Randomness {
  readonly #seed: string;
  #count = 0;

  constructor(seed: string | number = 'dashkeep') {
    this.#seed = String(seed);
  }

  hex(bytes: number): string {
    let text = '';
    while (text.length < bytes * 2) {
      text += createHash('sha256')
        .update(`${this.#seed}:${this.#count++}`)
        .digest('hex');
    }
    return text.slice(0, bytes * 2);
  }

  fraction(): number {
    return Number.parseInt(this.hex(6), 16) / 2 ** 48;
  }

  below(bound: number): number {
    return Math.floor(this.fraction() * bound);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

/** Keeps what was said. */
export function recordingLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  const say = (fields: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  return { lines, debug: say, info: say, warn: say, error: say };
}

export interface World {
  store: ObjectStore;
  clock: TestClock;
  randomness: SeededRandomness;
}

/** What one machine keeps of each repository, however often it opens it. */
const states = new WeakMap<ObjectStore, MemoryState>();

export function stateOf(store: ObjectStore): MemoryState {
  const state = states.get(store) ?? new MemoryState();
  states.set(store, state);
  return state;
}

/** As if it were the first one, with what the machine keeps of it. */
export async function copyOf(store: MemoryStore, options: MemoryStoreOptions): Promise<MemoryStore> {
  const copy = new MemoryStore({ ...options, description: store.description });
  for await (const { key } of store.list('')) {
    await copy.put(key, await store.get(key));
  }
  states.set(copy, await stateOf(store).clone());
  return copy;
}

/** Opens with the state of that store, unless the options give another or, with undefined, none. */
export function open(
  world: Pick<OpenOptions, 'store' | 'clock' | 'randomness'>,
  options: Partial<OpenOptions> = {},
): Promise<Repository> {
  return openRepository({ ...world, log: silentLog, create: true, state: stateOf(world.store), ...options });
}

/** What a backup would read from Grafana: uid → body. */
export type Dashboards = Record<string, Json>;

export interface BackupOptions {
  status?: Manifest['status'];
  /** Called between storing the objects and publishing. */
  beforePublishing?(): Promise<void>;
}

/** A backup as the engine runs it, without a Grafana. */
export async function backup(
  repository: Repository,
  world: Pick<OpenOptions, 'clock' | 'randomness'>,
  dashboards: Dashboards,
  options: BackupOptions = {},
): Promise<Manifest> {
  const id = newTimedId(world.clock.now(), world.randomness);
  const session = await repository.openSession({ id, kind: 'backup' });
  try {
    const bodies = new Map<string, string>();
    const reused = new Set<string>();
    const resources: ManifestEntry[] = [];
    for (const [uid, body] of Object.entries(dashboards).sort(([a], [b]) => (a < b ? -1 : 1))) {
      const text = canonicalJson(body);
      const object = repository.objectId(text);
      bodies.set(object, text);
      if (!(await repository.putObject(object, text)).written) {
        reused.add(object);
      }
      resources.push({
        org: 1,
        kind: 'dashboard',
        uid,
        title: `Title of ${uid}`,
        folder: 'A / B',
        object,
        bytes: Buffer.byteLength(text),
      });
    }
    for (const missing of await repository.missingObjects(reused)) {
      await repository.putObject(missing, bodies.get(missing)!);
    }
    await options.beforePublishing?.();
    const now = world.clock.now().toISOString();
    return await repository.publish({
      id,
      started: now,
      finished: now,
      status: options.status ?? 'complete',
      trigger: 'manual',
      dashkeep: '0.1.0',
      grafana: { version: '13.2.0', url: 'http://grafana.test' },
      orgs: [{ id: 1, name: 'Main Org.' }],
      sinceFullRead: 0,
      kinds: { dashboard: { listed: resources.length, stored: resources.length, reused: 0, skipped: 0, failed: 0 } },
      errors: [],
      skipped: [],
      resources,
    });
  } finally {
    await session.end();
  }
}

export async function keysOf(store: ObjectStore, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) {
    keys.push(key);
  }
  return keys;
}
