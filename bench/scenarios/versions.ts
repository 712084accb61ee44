import { MemoryStore } from '../../tests/support/stores/memory-store.ts';
import { SeededRandomness, TestClock } from '../../tests/support/repository/repository.ts';
import { silentLog } from '../../pkg/contract/ports.ts';
import { search } from '../../pkg/engine/search/search.ts';
import { MemoryState } from '../../pkg/lib/state.ts';
import type { SnapshotIndex } from '../../pkg/repository/index/snapshots.ts';
import { openSearch } from '../../pkg/repository/index/texts/searchable.ts';
import { TextIndex } from '../../pkg/repository/index/texts/text-index.ts';
import { askVersions } from '../../pkg/repository/index/versions/ask-versions.ts';
import { VersionIndex } from '../../pkg/repository/index/versions/version-index.ts';
import { openRepository } from '../../pkg/repository/repository.ts';
import { median } from '../measure/statistics.ts';
import { CHANGED, History, refOf, SNAPSHOTS } from '../target/history.ts';
import type { Scenario, Task } from '../types.ts';

/** Searched for: a query of one past version, a panel that each dashboard has, and what nothing has. */
const SEARCHED = {
  'one query of the past': 'version_7_of_777_',
  'a panel of each dashboard': 'orders',
  nothing: 'nowhere',
};
/** Answers of each kind; their median counts. */
const ROUNDS = 5;

/** What the indexes of versions and of texts take, and how long answers from them do. */
export const versions: Scenario = {
  title: `Versions and search: ${SNAPSHOTS.toLocaleString('en')} snapshots, ${CHANGED} changes each`,
  dashboards: 5000,
  run: async (task) => {
    const things = task.setup.dashboards;
    const history = new History(things);
    const world = await openWorld(history);
    const { summaries } = world;
    const versionsBuilt = await timed(world, () =>
      world.indexes().versionIndex.update(summaries, { known: history.manifests }),
    );
    const size = await sizeOf(world, 'versions');
    task.add({
      tool: 'index of versions, made from nothing',
      ...costOf(versionsBuilt),
      figures: {
        MB: size.bytes / 1e6,
        files: size.files,
        'bytes for each change': size.bytes / (things + CHANGED * SNAPSHOTS),
        'bytes for each unchanged resource and snapshot': size.bytes / (SNAPSHOTS * (things - CHANGED)),
      },
    });
    const textsBuilt = await timed(world, () => world.indexes().textIndex.update(summaries));
    const texts = await sizeOf(world, 'texts');
    task.add({
      tool: 'index of texts, made from nothing',
      ...costOf(textsBuilt),
      figures: {
        MB: texts.bytes / 1e6,
        files: texts.files,
        'bytes for each version': texts.bytes / (things + CHANGED * SNAPSHOTS),
        'bodies read': textsBuilt.bodies,
      },
    });
    await measureAnswers(task, world);
    await measurePublishing(task, world);
  },
};

type World = Awaited<ReturnType<typeof openWorld>>;

/** What a sample holds of it. */
function costOf({ bodies: _, ...cost }: Awaited<ReturnType<typeof timed>>) {
  return cost;
}

async function openWorld(history: History) {
  const [clock, randomness] = [new TestClock(), new SeededRandomness()];
  const store = new MemoryStore({ clock });
  const ports = { store, clock, randomness, log: silentLog };
  const { keyring, trust } = await openRepository({ ...ports, create: true, state: new MemoryState() });
  const read = async (object: string): Promise<string> => history.body(object);
  const indexes = () => {
    const versionIndex = new VersionIndex({ ...ports, keyring, trust });
    return { versionIndex, textIndex: new TextIndex({ ...ports, keyring, trust, versions: versionIndex, read }) };
  };
  const summaries = history.summaries(SNAPSHOTS);
  // The list of snapshots is measured in another scenario.
  const index = { read: async () => summaries } as unknown as SnapshotIndex;
  return { store, history, summaries, indexes, index };
}

/** Seconds, processor seconds, requests and bodies that it takes. */
async function timed({ store, history }: World, work: () => Promise<unknown>) {
  let requests = 0;
  const original = { get: store.get.bind(store), put: store.put.bind(store) };
  store.get = (...given) => (requests++, original.get(...given));
  store.put = (...given) => (requests++, original.put(...given));
  const [started, cpu, bodies] = [performance.now(), process.cpuUsage(), history.bodies];
  try {
    await work();
  } finally {
    Object.assign(store, original);
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (user + system) / 1e6,
    bucketRequests: requests,
    bodies: history.bodies - bodies,
  };
}

/** The files of an index that are in use: the newest, and those of its generation. */
async function sizeOf(
  { store, indexes }: World,
  name: 'versions' | 'texts',
): Promise<{ bytes: number; files: number }> {
  const { versionIndex, textIndex } = indexes();
  const [current] = await (name === 'versions' ? versionIndex : textIndex).generations();
  let [bytes, files] = [0, 0];
  for await (const { key, size } of store.list(`cache/${name}`)) {
    if (!key.startsWith(`cache/${name}/`) || key.includes(`/${current}/`)) {
      bytes += size;
      files++;
    }
  }
  return { bytes, files };
}

/** Answers of a process that has just started: nothing of the indexes is in memory. */
async function measureAnswers(task: Task, world: World): Promise<void> {
  const { index, indexes } = world;
  const answers: Record<string, (fresh: ReturnType<typeof indexes>) => Promise<unknown>> = {
    'versions of one resource, without bodies': ({ versionIndex }) =>
      askVersions({ index, versionIndex }, {}, (all, calls) => versionIndex.of(refOf(777), all, calls)),
  };
  for (const [what, text] of Object.entries(SEARCHED)) {
    answers[`search for ${what}`] = (fresh) =>
      search(() => openSearch({ index, ...fresh }, {}), {
        text,
        deleted: false,
        isVisible: () => true,
        serverOrg: 1,
        limit: 20,
      });
  }
  for (const [tool, answer] of Object.entries(answers)) {
    const samples: Awaited<ReturnType<typeof timed>>[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      samples.push(await timed(world, () => answer(indexes())));
    }
    const of = (name: 'seconds' | 'cpuSeconds' | 'bucketRequests' | 'bodies'): number =>
      median(samples.map((sample) => sample[name]));
    const figures = { 'bodies read': of('bodies') };
    task.add({
      tool,
      seconds: of('seconds'),
      cpuSeconds: of('cpuSeconds'),
      bucketRequests: of('bucketRequests'),
      figures,
    });
  }
}

/** What a publishing adds to both indexes, when they have grown so long. */
async function measurePublishing(task: Task, world: World): Promise<void> {
  const { history, indexes } = world;
  const { versionIndex, textIndex } = indexes();
  const summaries = history.summaries(SNAPSHOTS + 1);
  const { bodies, ...cost } = await timed(world, async () => {
    await versionIndex.published(summaries, { known: history.manifests, most: 20 });
    await textIndex.published(summaries);
  });
  task.add({ tool: 'one more snapshot in both indexes', ...cost, figures: { 'bodies read': bodies } });
}
