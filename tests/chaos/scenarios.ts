import { canonicalJson } from '../../pkg/lib/json/json.ts';
import type { Clock } from '../../pkg/contract/ports.ts';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { copyRepository } from '../../pkg/repository/snapshots/copy.ts';
import { applyForget, planForget } from '../../pkg/repository/snapshots/forget.ts';
import { applyPrune, planPrune } from '../../pkg/repository/prune/prune.ts';
import { repair } from '../../pkg/repository/verify/repair.ts';
import type { Repository } from '../../pkg/repository/repository.ts';
import { rewrap } from '../../pkg/repository/encryption/rotate.ts';
import { MemoryState } from '../../pkg/lib/state.ts';
import { verify } from '../../pkg/repository/verify/verify.ts';
import { check } from '../support/repository/checker.ts';
import { backup, open, SeededRandomness, TestClock, type Dashboards } from '../support/repository/repository.ts';
import { Bucket, GuardedStore, type Guard } from './store.ts';

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
      bucket: new Bucket(),
      state: new MemoryState(),
      clock: new TestClock(),
      expected: new Map(source?.expected),
      keys,
      conditionalPut,
      source,
    });
  }

  async clone(): Promise<Scene> {
    return new Scene({
      bucket: this.bucket.clone(),
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
    return new Scene({ bucket, state, clock, expected, keys, conditionalPut, own: actor.clock, seed: actor.seed });
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

export interface Scenario {
  name: string;
  /** Up to the moment where the run begins that is cut. */
  prepare(keys: KeyPair[] | undefined, conditionalPut?: 'enforced' | 'ignored'): Promise<Scene>;
  run(scene: Scene, guard?: Guard): Promise<unknown>;
  needsKeys?: boolean;
  /** How many snapshots may be damaged before: the run is there to mend them. */
  damaged?: number;
}

async function twoSnapshots(keys?: KeyPair[], conditionalPut?: 'enforced' | 'ignored'): Promise<Scene> {
  const scene = Scene.empty(keys, conditionalPut);
  await scene.backUp(OLD);
  scene.clock.advance(HOUR);
  await scene.backUp(NEW);
  scene.clock.advance(HOUR);
  return scene;
}

async function pruneable(keys?: KeyPair[], conditionalPut?: 'enforced' | 'ignored'): Promise<Scene> {
  const scene = await twoSnapshots(keys, conditionalPut);
  await scene.forget();
  scene.clock.advance(49 * HOUR);
  return scene;
}

/** Objects are marked, and the time has come to remove them. */
export async function ripe(keys?: KeyPair[], conditionalPut?: 'enforced' | 'ignored'): Promise<Scene> {
  const scene = await pruneable(keys, conditionalPut);
  await scene.prune();
  scene.clock.advance(5 * HOUR);
  return scene;
}

export const SCENARIOS: Scenario[] = [
  {
    name: 'the first backup',
    prepare: async (keys, conditionalPut) => Scene.empty(keys, conditionalPut),
    run: (scene, guard) => scene.backUp(NEXT, guard),
  },
  {
    name: 'a backup that reuses what is there',
    prepare: twoSnapshots,
    run: (scene, guard) => scene.backUp(NEXT, guard),
  },
  {
    name: 'a backup that needs what a prune has marked',
    prepare: ripe,
    run: (scene, guard) => scene.backUp(NEXT, guard),
  },
  { name: 'forget', prepare: twoSnapshots, run: (scene, guard) => scene.forget(guard) },
  { name: 'the first phase of a prune', prepare: pruneable, run: (scene, guard) => scene.prune(guard) },
  { name: 'the second phase of a prune', prepare: ripe, run: (scene, guard) => scene.prune(guard) },
  {
    name: 'repair',
    damaged: 2,
    async prepare(keys, conditionalPut) {
      const scene = await twoSnapshots(keys, conditionalPut);
      // Of what is still the same in Grafana.
      const { resources } = await (await scene.service()).manifest('latest');
      const [first, second] = resources
        .filter(({ uid }) => uid !== 'b')
        .map(({ object }) => `objects/${object.slice(0, 2)}/${object}.json.gz${keys === undefined ? '' : '.age'}`);
      scene.bucket.files.delete(first ?? '');
      scene.bucket.files.set(second ?? '', { body: Buffer.from('damaged'), lastModified: scene.clock.now() });
      return scene;
    },
    run: (scene, guard) => scene.repair(guard),
  },
  { name: 'verifying a part', prepare: twoSnapshots, run: (scene, guard) => scene.verifyPart(guard) },
  {
    name: 'copying into an empty repository',
    prepare: async (keys, conditionalPut) => Scene.empty(keys, conditionalPut, await twoSnapshots()),
    run: (scene, guard) => scene.copy(guard),
  },
  {
    name: 'copying what is missing in another repository',
    async prepare(keys, conditionalPut) {
      const source = await twoSnapshots();
      const scene = Scene.empty(keys, conditionalPut, source);
      await scene.copy();
      source.clock.advance(HOUR);
      const { id } = await source.backUp(NEXT);
      scene.expected.set(id, contents(NEXT));
      scene.clock.advance(HOUR);
      return scene;
    },
    run: (scene, guard) => scene.copy(guard),
  },
  { name: 'rotating the keys', prepare: twoSnapshots, needsKeys: true, run: (scene, guard) => scene.rewrap(guard) },
];
