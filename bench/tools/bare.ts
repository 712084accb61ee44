import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Agent, request } from 'undici';
import type { World } from '../servers/world.ts';
import { send, signPut } from '../target/signed.ts';

/** Tried one after the other; the fastest counts. */
const TRIED_AT_ONCE = [8, 16, 32, 64];

export interface Bound {
  seconds: number;
  cpuSeconds: number;
  /** How many requests were under way. */
  atOnce: number;
  /** Seconds of every try, by how many requests were under way. */
  tries: Record<string, number>;
}

type Try = Pick<Bound, 'seconds' | 'cpuSeconds'>;

export interface Read {
  path: string;
  query: string;
}

/** The reads of the last run, as the server saw them. */
export async function readsOf(world: World): Promise<Read[]> {
  const { requests } = await world.grafana.order('requests', {});
  return requests.filter(({ method, status }) => method === 'GET' && status === 200);
}

/**
 * The lower bound of a backup: the same reads and the same puts by bare concurrent requests. Nothing is listed,
 * parsed, hashed, compressed or checked, and the puts are signed beforehand.
 */
export async function bareBackup(world: World, reads: readonly Read[], files: readonly string[]): Promise<Bound> {
  const sizes = files.map((key) => statSync(join(world.bucket.objects, key)).size);
  return fastest(async (atOnce) => {
    const puts = sizes.map((size, index) =>
      signPut(world.bucket.environment, `bound/${atOnce}-${index}`, Buffer.alloc(size, index)),
    );
    const grafana = new Agent({ connections: atOnce });
    const bucket = new Agent({ connections: atOnce });
    return timed([grafana, bucket], () =>
      Promise.all([
        eachAtOnce(atOnce, reads, (read) => get(world, read, grafana)),
        eachAtOnce(atOnce, puts, (put) => send(put, bucket)),
      ]),
    );
  });
}

/**
 * The same reads with what no backup can leave out, on one thread: every body is parsed, printed, hashed, compressed,
 * signed and put. What this takes more than the bound is the machine's doing; what a backup takes more than this is its
 * own.
 */
export async function bareWork(world: World, reads: readonly Read[]): Promise<Bound> {
  const single = new Set(reads.map(({ path }) => decodeURIComponent(path.split('/').at(-1) ?? '')));
  return fastest(async (atOnce) => {
    const grafana = new Agent({ connections: atOnce });
    const bucket = new Agent({ connections: atOnce });
    const keep = async (body: unknown): Promise<void> => {
      const text = Buffer.from(JSON.stringify(body));
      const key = `work/${atOnce}/${createHash('sha256').update(text).digest('hex')}`;
      await send(signPut(world.bucket.environment, key, gzipSync(text), { whole: true }), bucket);
    };
    return timed([grafana, bucket], () =>
      eachAtOnce(atOnce, reads, async (read) => {
        const answer = JSON.parse(await get(world, read, grafana)) as Page;
        const listed = answer.items?.filter(({ metadata }) => !single.has(metadata?.name ?? ''));
        await eachAtOnce(atOnce, listed ?? [answer], keep);
      }),
    );
  });
}

interface Page {
  items?: { metadata?: { name?: string } }[];
}

/** The classic way without the cost of starting programs: one dashboard after the other, read and copied. */
export async function oneByOne(world: World): Promise<Try> {
  const [grafana, bucket] = [new Agent({ connections: 1 }), new Agent({ connections: 1 })];
  return timed([grafana, bucket], async () => {
    const found = JSON.parse(await get(world, { path: '/api/search', query: 'type=dash-db&limit=5000' }, grafana)) as {
      uid: string;
    }[];
    for (const { uid } of found) {
      const text = await get(world, { path: `/api/dashboards/uid/${uid}`, query: '' }, grafana);
      await send(signPut(world.bucket.environment, `one-by-one/dashboard-${uid}.json`, Buffer.from(text)), bucket);
    }
  });
}

/** What the one-by-one pass left of a dashboard. */
export function oneByOneKept(world: World, uid: string): boolean {
  try {
    return readFileSync(join(world.bucket.objects, `one-by-one/dashboard-${uid}.json`), 'utf8').includes(uid);
  } catch {
    return false;
  }
}

/** Runs with increasing concurrency; the fastest counts. */
export async function fastest(run: (atOnce: number) => Promise<Try>): Promise<Bound> {
  const tried: (Try & { atOnce: number })[] = [];
  for (const atOnce of TRIED_AT_ONCE) {
    tried.push({ ...(await run(atOnce)), atOnce });
  }
  const best = tried.reduce((one, other) => (other.seconds < one.seconds ? other : one));
  return { ...best, tries: Object.fromEntries(tried.map(({ atOnce, seconds }) => [`s with ${atOnce}`, seconds])) };
}

/** Closes the agents when the work has ended. */
export async function timed(agents: readonly Agent[], work: () => Promise<unknown>): Promise<Try> {
  const [started, used] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  const seconds = (performance.now() - started) / 1000;
  await Promise.all(agents.map((agent) => agent.close()));
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

export async function eachAtOnce<T>(
  atOnce: number,
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) {
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** @throws when Grafana refuses. */
export async function get(world: World, { path, query }: Read, dispatcher: Agent): Promise<string> {
  const url = world.grafana.url + path + (query === '' ? '' : `?${query}`);
  const headers = { authorization: `Bearer ${world.grafana.token}` };
  const answer = await request(url, { headers, dispatcher });
  if (answer.statusCode !== 200) {
    throw new Error(`GET ${path}: ${answer.statusCode}`);
  }
  return answer.body.text();
}
