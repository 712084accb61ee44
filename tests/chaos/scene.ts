import { canonicalJson } from '../../pkg/lib/json/json.ts';
import type { Clock } from '../../pkg/contract/ports.ts';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { holdSnapshot, releaseSnapshot } from '../../pkg/repository/holds/holds.ts';
import { olderProgram } from '../support/repository/older-program.ts';
import { copyRepository } from '../../pkg/repository/copy/copy.ts';
import { applyForget, planForget } from '../../pkg/repository/snapshots/forget.ts';
import { applyPrune, planPrune } from '../../pkg/repository/prune/prune.ts';
import { repair } from '../../pkg/repository/verify/repair.ts';
import type { Repository } from '../../pkg/repository/repository.ts';
import { rewrap } from '../../pkg/repository/encryption/rotate.ts';
import { MemoryState } from '../../pkg/lib/state.ts';
import { verify } from '../../pkg/repository/verify/verify.ts';
import { check } from '../support/repository/checker.ts';
import { backup, open, SeededRandomness, TestClock, type Dashboards } from '../support/repository/repository.ts';
import { copied, GuardedStore, MemoryBucket, type Bucket, type Guard } from './store.ts';

export const HOUR = 3_600_000;

export const OLD: Dashboards = { a: { v: 1 }, b: { v: 2 }, gone: { v: 'only in the old one' } };
export const NEW: Dashboards = { a: { v: 1 }, b: { v: 'changed' }, fresh: { v: 3 } };
export const NEXT: Dashboards = { a: { v: 1 }, b: { v: 2 }, again: { v: 'only in the old one' } };

export interface KeyPair {
  identity: string;
  recipient: string;
}

/** Everything that outlives a process: the bucket, the local state, the time. */
export class Scene {
  readonly bucket: Bucket;
  readonly state: MemoryState;
  /** The bucket's clock. */
  readonly clock: TestClock;
  /** The clock of the process; the same unless it is another actor's. */
  readonly #own: Clock;
  readonly #seed: string;
  /** What each snapshot must give back. */
  readonly expected: Map<string, Map<string, string>>;
  /** Snapshots that were put on hold. */
  readonly held: string[] = [];
  readonly keys: KeyPair[] | undefined;
  readonly conditionalPut: 'enforced' | 'ignored';
  /** Where copies come from: nothing writes there. */
  readonly source: Scene | undefined;

  constructor(parts: {
    bucket: Bucket;
    state: MemoryState;
    clock: TestClock;
    expected: Map<string, Map<string, string>>;
    keys?: KeyPair[];
    conditionalPut?: 'enforced' | 'ignored';
    own?: Clock;
    seed?: string;
    source?: Scene;
  }) {
    this.#own = parts.own ?? parts.clock;
    this.#seed = parts.seed ?? '';
    this.bucket = parts.bucket;
    this.state = parts.state;
    this.clock = parts.clock;
    this.expected = parts.expected;
    this.keys = parts.keys;
    this.conditionalPut = parts.conditionalPut ?? 'enforced';
    this.source = parts.source;
  }

  static empty(keys?: KeyPair[], conditionalPut?: 'enforced' | 'ignored', source?: Scene): Scene {
    return new Scene({
      bucket: new MemoryBucket(),
      state: new MemoryState(),
      clock: new TestClock(),
      expected: new Map(source?.expected),
      keys,
      conditionalPut,
      source,
    });
  }

  /** @param bucket - an empty one, for the copy of this one's */
  async clone(bucket: Bucket = new MemoryBucket()): Promise<Scene> {
    return new Scene({
      bucket: await copied(this.bucket, bucket),
      state: await this.state.clone(),
      clock: new TestClock(this.clock.now().toISOString()),
      expected: new Map(this.expected),
      keys: this.keys,
      conditionalPut: this.conditionalPut,
      source: this.source,
    });
  }

  /** The same bucket through the eyes of another process. */
  as(actor: { clock: Clock; seed: string }): Scene {
    const { bucket, state, clock, expected, keys, conditionalPut } = this;
    const parts = { bucket, state, clock, expected, keys, conditionalPut };
    const scene = new Scene({ ...parts, own: actor.clock, seed: actor.seed });
    return Object.assign(scene, { held: this.held });
  }

  store(guard?: Guard): GuardedStore {
    return new GuardedStore(this.bucket, () => this.clock.now(), guard, this.conditionalPut);
  }

  /** The service: writes, and reads back no content when encryption is on. */
  async service(guard?: Guard): Promise<Repository> {
    const recipients = this.keys?.slice(0, 1).map(({ recipient }) => recipient);
    return open(this.world(guard), { recipients, state: this.state });
  }

  /** A person with an identity; writes for the second key pair when `rotate`. */
  async person(guard?: Guard, rotate = false): Promise<Repository> {
    return open(this.world(guard), {
      identities: this.keys?.map(({ identity }) => identity),
      recipients: this.keys?.slice(rotate ? 1 : 0, rotate ? 2 : 1).map(({ recipient }) => recipient),
      state: this.state,
      rewraps: rotate,
    });
  }

  world(guard?: Guard): { store: GuardedStore; clock: Clock; randomness: SeededRandomness } {
    return { store: this.store(guard), clock: this.#own, randomness: this.randomness };
  }

  /** Different in every process, and the same in every replay. */
  get randomness(): SeededRandomness {
    return new SeededRandomness(`${this.#seed}${this.clock.now().getTime()}`);
  }

  async backUp(dashboards: Dashboards, guard?: Guard): Promise<Manifest> {
    const manifest = await backup(await this.service(guard), this.world(), dashboards);
    this.expected.set(manifest.id, contents(dashboards));
    return manifest;
  }

  async forget(guard?: Guard): Promise<void> {
    const repository = await this.service(guard);
    await applyForget(repository, await planForget(repository, { keepLast: 1 }));
  }

  /** Puts the oldest snapshot on hold. */
  async hold(guard?: Guard): Promise<void> {
    const repository = await this.service(guard);
    const id = (await repository.snapshots({ whole: true })).at(-1)?.id ?? '';
    this.held.push(await holdSnapshot(repository, id, { note: 'kept' }, { randomness: this.randomness }));
  }

  /** As a release does that knows no holds. */
  async olderForget(guard?: Guard): Promise<void> {
    const older = await olderProgram(this.world(guard), this.state);
    await older.forgetAllButLast();
  }

  /** @throws DK_PRUNE_UNSAFE while a snapshot is on hold */
  async olderPrune(guard?: Guard): Promise<void> {
    const older = await olderProgram(this.world(guard), this.state);
    await older.prune();
  }

  async release(guard?: Guard): Promise<void> {
    const repository = await this.service(guard);
    for (const id of (await repository.annotations.read()).active.keys()) {
      await releaseSnapshot(repository, id, {});
    }
  }

  async prune(guard?: Guard): Promise<void> {
    const repository = await this.service(guard);
    await applyPrune(repository, await planPrune(repository), { randomness: this.randomness });
  }

  async repair(guard?: Guard): Promise<void> {
    await repair(await this.person(guard), {
      readData: true,
      live: async ({ uid }) => canonicalJson(NEW[uid] ?? OLD[uid] ?? null),
    });
  }

  async rewrap(guard?: Guard): Promise<void> {
    await rewrap(await this.person(guard, true), { randomness: this.randomness });
  }

  /** Copies everything from the source into here. */
  async copy(guard?: Guard): Promise<void> {
    const from = await open(this.source?.world(guard) ?? this.world(), { create: false });
    await copyRepository(from, await this.service(guard), { randomness: this.randomness });
  }

  async verifyPart(guard?: Guard): Promise<void> {
    await verify(await this.person(guard), { readData: { percent: 50 } });
  }

  /** By the independent checker: every snapshot is whole, and holds what was backed up. */
  async problems(possible: readonly Dashboards[]): Promise<string[]> {
    const { snapshots, problems } = await check(this.bucket, this.keys?.map(({ identity }) => identity) ?? []);
    for (const { id, resources } of snapshots) {
      const wanted = this.expected.has(id) ? [this.expected.get(id) as Map<string, string>] : possible.map(contents);
      if (!wanted.some((contentsOf) => sameContents(contentsOf, resources))) {
        problems.push(`${id} does not hold what was backed up`);
      }
    }
    return problems;
  }
}

export function contents(dashboards: Dashboards): Map<string, string> {
  return new Map(Object.entries(dashboards).map(([uid, body]) => [`1/dashboard/${uid}`, canonicalJson(body)]));
}

function sameContents(a: Map<string, string>, b: Map<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, text]) => b.get(key) === text);
}
