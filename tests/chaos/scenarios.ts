import type { Guard } from './store.ts';
import { contents, HOUR, NEW, NEXT, OLD, Scene, type KeyPair } from './scene.ts';

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

async function held(keys?: KeyPair[], conditionalPut?: 'enforced' | 'ignored'): Promise<Scene> {
  const scene = await twoSnapshots(keys, conditionalPut);
  await scene.hold();
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
  { name: 'placing a hold', prepare: twoSnapshots, run: (scene, guard) => scene.hold(guard) },
  { name: 'replacing a hold', prepare: held, run: (scene, guard) => scene.hold(guard) },
  { name: 'releasing a hold', prepare: held, run: (scene, guard) => scene.release(guard) },
  {
    name: 'putting back what an earlier release removed',
    async prepare(keys, conditionalPut) {
      const scene = await held(keys, conditionalPut);
      const [id] = scene.held;
      await scene.bucket.remove((await scene.bucket.keys()).filter((name) => name.includes(`snapshots/${id}`)));
      return scene;
    },
    run: (scene, guard) => scene.backUp(NEXT, guard),
  },
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
      await scene.bucket.remove([first ?? '']);
      await scene.bucket.write(second ?? '', Buffer.from('damaged'), scene.clock.now());
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
