import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from '../../../pkg/cli/main.ts';
import { silentLog, type Clock } from '../../../pkg/contract/ports.ts';
import { deleteSnapshot } from '../../../pkg/repository/snapshots/forget.ts';
import { budget } from '../../support/budget.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { writeLongHistory, type LongHistory } from '../../support/repository/long-history.ts';
import { eventually, realClock, realRandomness } from '../../support/ports.ts';
import { backup, open } from '../../support/repository/repository.ts';
import { openTestStore } from '../../support/s3/open-store.ts';
import { startS3Server, type S3Server } from '../../support/s3/server.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

const COUNT = budget(1_000, 10_000);
const TARGET = 's3://test/some/prefix';

/** Real time, except that it can be put forward and that nobody is woken by it: the service does nothing on its own. */
class StillClock implements Clock {
  #ahead = 0;

  now(): Date {
    return realClock.now();
  }

  monotonic(): number {
    return realClock.monotonic() + this.#ahead;
  }

  advance(milliseconds: number): void {
    this.#ahead += milliseconds;
  }

  sleep(_milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((_resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
      }
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }
}

describe('a history of ten thousand snapshots and runs in a bucket', () => {
  let s3: S3Server;
  /** What was asked of the bucket: `GetObject <key>`, `ListObjectsV2 <prefix>`. */
  const requests: string[] = [];
  let history: LongHistory;
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;

  beforeAll(async () => {
    folder = await temporaryDirectory();
    const newest = new Date(Date.now() - 60_000);
    history = await writeLongHistory(`${folder.path}/test/some/prefix`, COUNT, { newest, minutesApart: 5 });
    s3 = await startS3Server({
      directory: folder.path,
      fault({ operation, key, query }) {
        requests.push(`${operation} ${(key || query.get('prefix'))?.replace('some/prefix/', '')}`);
        return undefined;
      },
    });
    const repository = await openRepository();
    // What ten thousand backups leave in the caches.
    await repository.index.replace(history.snapshots);
    await repository.writeRun(history.runs.at(-1)!);
    await repository.store.close();
  });
  afterAll(async () => {
    await s3?.close();
    await folder?.remove();
  });

  async function openRepository() {
    const store = await openTestStore(s3, { target: TARGET });
    return open({ store, clock: realClock, randomness: realRandomness });
  }

  function start(clock: Clock, directory?: string): Promise<TestService> {
    const environment = { DASHKEEP_TARGET: TARGET, ...s3.environment };
    return startService({ grafanaUrl: 'http://127.0.0.1:9', environment, clock, directory });
  }

  /** One after the other; beside that, short lists find holds, notes, and signatures that are missing. */
  const firstPage = (folder: string): string[] => [`GetObject cache/${folder}.json.gz`, `ListObjectsV2 ${folder}/`];
  const isOfNotes = (request: string): boolean =>
    /^ListObjectsV2 (?:signatures\/(?:notes|snapshots)\/|snapshots\/hold-)$/.test(request);
  const opening = 'GetObject dashkeep.json';

  it.each(['snapshots', 'runs'])(
    'a service without any state answers /%s with three requests in a row',
    async (path) => {
      const service = await start(new StillClock());
      try {
        const newest = history.snapshots.slice(-50).map(({ id }) => id);
        requests.length = 0;
        const { json } = await service.call('GET', `/${path}?limit=50`);
        expect(json.items.map(({ id }: { id: string }) => id)).toEqual(newest.reverse());
        // In the background the service begins to read the newest snapshot and the bucket's settings, for its status.
        const other = path === 'runs' ? /snapshots|dashkeep\.json|GetBucket/ : /GetObject snapshots|GetBucket/;
        const asked = requests.filter((request) => !other.test(request) && !isOfNotes(request)).sort();

        expect(asked).toEqual([...firstPage(path), opening].filter((request) => !other.test(request)).sort());
      } finally {
        await service.stop();
        await removeDirectory(service.directory);
      }
    },
  );

  it('a service that is at work needs two in a row, and shows what another one published meanwhile', async () => {
    const clock = new StillClock();
    const service = await start(clock);
    try {
      await eventually('the news', async () => (await service.call('GET', '/status')).json.snapshots !== undefined);
      clock.advance(60_000);
      const other = await openRepository();
      const published = await backup(other, { clock: realClock, randomness: realRandomness }, { a: { v: 1 } });
      await other.store.close();
      for (const path of ['snapshots', 'runs']) {
        requests.length = 0;
        const { json } = await service.call('GET', `/${path}?limit=50`);
        expect(json.items).toHaveLength(50);
        expect(json.items[0].id).toBe(path === 'runs' ? history.runs.at(-1)!.id : published.id);
        // None where the service has just listed them itself, for its readiness.
        expect([[], firstPage(path)]).toContainEqual(requests.filter((request) => !isOfNotes(request)));
      }
    } finally {
      await service.stop();
      await removeDirectory(service.directory);
    }
  });

  it('the command line needs three in a row', async () => {
    let printed = '';
    const stdout = { write: (text: string) => ((printed += text), true) } as unknown as NodeJS.WriteStream;
    const world = {
      environment: { ...s3.environment, HOME: folder.path },
      clock: realClock,
      randomness: realRandomness,
      log: silentLog,
      signal: new AbortController().signal,
      stdout,
      stderr: stdout,
    };
    const program = buildProgram(
      (action) =>
        async (...given) =>
          void (await action(world, ...given)),
    );
    requests.length = 0;
    await program.parseAsync(['snapshots', '--json', '--target', TARGET], { from: 'user' });
    expect(JSON.parse(printed).snapshots).toHaveLength(COUNT + 1);
    const asked = requests.filter((request) => !isOfNotes(request));
    // One more request, sent concurrently, asks for the time.
    expect(asked.sort()).toEqual([...firstPage('snapshots'), opening, 'ListObjectsV2 some/prefix'].sort());
  });

  it('what was removed by hand far back is shown only until somebody turns the page', async () => {
    const [removed] = history.snapshots;
    const repository = await openRepository();
    // The index is not told.
    await repository.store.deleteMany([`snapshots/${removed!.id}.json.gz`]);
    const clock = new StillClock();
    const service = await start(clock);
    try {
      const first = (await service.call('GET', '/snapshots?limit=50')).json;
      const second = (await service.call('GET', `/snapshots?limit=50&cursor=${first.next}`)).json;
      expect([first.total, second.total]).toEqual([COUNT + 1, COUNT]);
      await expect(deleteSnapshot(repository, removed!.id)).rejects.toMatchObject({ code: 'DK_NOT_FOUND' });
    } finally {
      await service.stop();
      await removeDirectory(service.directory);
      await repository.store.close();
    }
  });
});
