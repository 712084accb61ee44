import { Agent, request } from 'undici';
import type { World } from '../servers/world.ts';
import { send, signGet } from '../target/signed.ts';
import { eachAtOnce, fastest, get, timed, type Bound, type Read } from './bare.ts';

export interface Write extends Read {
  method: string;
  body: string;
}

/** What a restore reads for what it writes. */
export interface RestoreReads {
  /** Keys in the bucket, one for each dashboard. */
  objects: readonly string[];
  /** How a dashboard is read back, by its uid. */
  back: ReadonlyMap<string, Read>;
}

const NO_READS: RestoreReads = { objects: [], back: new Map() };

/**
 * The lower bound of a restore: the same writes by bare requests, folders before their content. With reads, every
 * dashboard is also fetched from the bucket before and from Grafana afterwards, and nothing is done with either.
 * @param before empties Grafana for each try
 * @throws when a request is refused.
 */
export async function bareRestore(
  world: World,
  writes: readonly Write[],
  before: () => Promise<unknown>,
  { objects, back }: RestoreReads = NO_READS,
): Promise<Bound> {
  const steps = inLevels(writes).map((level) => level.map((write) => ({ write, readBack: back.get(nameIn(write)) })));
  return fastest(async (atOnce) => {
    await before();
    const [grafana, bucket] = [new Agent({ connections: atOnce }), new Agent({ connections: atOnce })];
    const stored = objects.map((key) => signGet(world.bucket.environment, key)).values();
    return timed([grafana, bucket], async () => {
      for (const level of steps) {
        await eachAtOnce(atOnce, level, async ({ write, readBack }) => {
          const object = readBack && stored.next().value;
          await (object && send(object, bucket));
          await post(world, write, grafana);
          await (readBack && get(world, readBack, grafana));
        });
      }
    });
  });
}

async function post(world: World, { method, path, query, body }: Write, dispatcher: Agent): Promise<void> {
  const answer = await request(world.grafana.url + path + (query === '' ? '' : `?${query}`), {
    method: method as 'POST',
    headers: { authorization: `Bearer ${world.grafana.token}`, 'content-type': 'application/json' },
    body,
    dispatcher,
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) {
    throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`);
  }
}

interface WrittenBody {
  uid?: string;
  parentUid?: string;
  dashboard?: { uid?: string };
  metadata?: { name?: string; annotations?: Record<string, string> };
}

function nameIn({ body }: Write): string {
  const { uid, dashboard, metadata } = JSON.parse(body) as WrittenBody;
  return uid ?? dashboard?.uid ?? metadata?.name ?? '';
}

/** Folders by their depth, then everything else. */
function inLevels(writes: readonly Write[]): Write[][] {
  const isFolder = ({ path }: Write): boolean => /\/folders$/.test(path);
  const parents = new Map<string, string>();
  const named = writes.filter(isFolder).map((write) => {
    const { parentUid, metadata } = JSON.parse(write.body) as WrittenBody;
    const name = nameIn(write);
    parents.set(name, parentUid ?? metadata?.annotations?.['grafana.app/folder'] ?? '');
    return { write, name };
  });
  const depth = (name: string): number => (parents.has(name) ? 1 + depth(parents.get(name) ?? '') : 0);
  const levels: Write[][] = [];
  for (const { write, name } of named) {
    (levels[depth(name) - 1] ??= []).push(write);
  }
  return [...levels, writes.filter((write) => !isFolder(write))];
}
