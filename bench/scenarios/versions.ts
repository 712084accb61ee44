import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SeededRandomness, TestClock } from '../../tests/support/repository/repository.ts';
import { silentLog } from '../../pkg/contract/ports.ts';
import { search } from '../../pkg/engine/search/search.ts';
import { DirectoryStore } from '../../pkg/storage/directory/store.ts';
import { versionsBelow } from '../../pkg/engine/versions/resource-versions.ts';
import { keepHeapSmall } from '../../pkg/lib/memory/heap-tuning.ts';
import { keepYoungHeapSmall } from '../../pkg/lib/memory/young-heap.ts';
import { MemoryState } from '../../pkg/lib/state.ts';
import type { SnapshotIndex } from '../../pkg/repository/index/snapshots.ts';
import { openSearch } from '../../pkg/repository/index/texts/searchable.ts';
import { TextIndex } from '../../pkg/repository/index/texts/text-index.ts';
import { askVersions } from '../../pkg/repository/index/versions/ask-versions.ts';
import { VersionIndex } from '../../pkg/repository/index/versions/version-index.ts';
import { openRepository } from '../../pkg/repository/open.ts';
import { median } from '../measure/statistics.ts';
import { roomy } from '../servers/world.ts';
import { CHANGED, folderOf, History, refOf, SNAPSHOTS } from '../target/history.ts';
import { HistoryStore } from '../target/history-store.ts';
import type { Scenario, Task } from '../types.ts';

/** Searched for: a query of one past version, a panel that each dashboard has, and what nothing has. */
const SEARCHED = {
  'a query of one earlier version': 'version_7_of_777_',
  'a panel of every dashboard': 'orders',
  'text that does not occur': 'nowhere',
};
/** Answers of each kind; their median counts. */
const ROUNDS = 5;

/** What the indexes of versions and of texts take, and how long answers from them do. */
export const versions: Scenario = {
  title: `Versions and search: ${SNAPSHOTS.toLocaleString('en')} snapshots, ${CHANGED} changes each`,
  dashboards: 5000,
  run: async (task) => {
    // As each process of Dashkeep does.
    keepHeapSmall();
    keepYoungHeapSmall();
    const directory = mkdtempSync(join(roomy(), 'dashkeep-bench-'));
    try {
      const world = await openWorld(new History(task.setup.dashboards), directory);
      await measureBuilding(task, world);
      await measureAnswers(task, world);
      await measurePublishing(task, world);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

type World = Awaited<ReturnType<typeof openWorld>>;

async function openWorld(history: History, directory: string) {
  const [clock, randomness] = [new TestClock(), new SeededRandomness()];
  const common = { clock, randomness, log: silentLog, state: new MemoryState() };
  const folder = new DirectoryStore(directory, randomness);
  const { trust: signer } = await openRepository({ ...common, store: folder, create: true });
  await signer.signing.signer();
  const store = new HistoryStore(directory, randomness, history, (key, body) => signer.signing.sign(key, body));
  const ports = { ...common, store };
  const { keyring, trust } = await openRepository({ ...ports, create: false });
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
  const before = { bodies: history.bodies, requests: store.requests, making: store.making };
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  const making = store.making - before.making;
  return {
    seconds: (performance.now() - started) / 1000 - making,
    cpuSeconds: (user + system) / 1e6 - making,
    bucketRequests: store.requests - before.requests,
    bodies: history.bodies - before.bodies,
  };
}

/** Both indexes are built from scratch, as after their loss. */
async function measureBuilding(task: Task, world: World): Promise<void> {
  const { indexes, summaries } = world;
  const things = task.setup.dashboards;
  const built = await timed(world, () => indexes().versionIndex.update(summaries));
  const { bodies: _, ...cost } = built;
  const size = await sizeOf(world, 'versions');
  task.add({
    tool: 'index of versions, built from scratch',
    ...cost,
    figures: {
      'ms per snapshot': (cost.seconds * 1000) / SNAPSHOTS,
      MB: size.bytes / 1e6,
      files: size.files,
      'bytes per change': size.bytes / (things + CHANGED * SNAPSHOTS),
      'bytes per unchanged resource and snapshot': size.bytes / (SNAPSHOTS * (things - CHANGED)),
    },
  });
  const { bodies, ...textCost } = await timed(world, () => indexes().textIndex.update(summaries));
  const texts = await sizeOf(world, 'texts');
  task.add({
    tool: 'index of texts, built from scratch',
    ...textCost,
    figures: {
      MB: texts.bytes / 1e6,
      files: texts.files,
      'bytes per version': texts.bytes / (things + CHANGED * SNAPSHOTS),
      'bodies read': bodies,
    },
  });
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
  const folders = { 'one of twenty folders': folderOf(3), 'a folder with everything': folderOf() };
  for (const [what, folder] of Object.entries(folders)) {
    answers[`versions in ${what}, without bodies`] = async ({ versionIndex }) =>
      versionsBelow(
        await askVersions({ index, versionIndex }, {}, (all, calls) =>
          versionIndex.below(folder, all, { ...calls, limit: 20 }),
        ),
      );
  }
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
    await versionIndex.published(summaries, { known: [history.manifest(SNAPSHOTS)], most: 20 });
    await textIndex.published(summaries);
  });
  task.add({ tool: 'adding a snapshot to both indexes', ...cost, figures: { 'bodies read': bodies } });
}
