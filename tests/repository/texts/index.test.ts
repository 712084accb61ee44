import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { findOrphans } from '../../../pkg/repository/objects/orphans.ts';
import type { Repository } from '../../../pkg/repository/repository.ts';
import { deleteSnapshot } from '../../../pkg/repository/snapshots/forget.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { keysOf, open, SeededRandomness, TestClock } from '../../support/repository/repository.ts';
import { board, publishBodies, searchFor, type Bodies } from '../../support/repository/searched.ts';

const HEAD = 'cache/texts.json.gz';

let world: { store: MemoryStore; clock: TestClock; randomness: SeededRandomness };
let repository: Repository;
let ids: string[];

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  repository = await open(world);
  ids = [];
});

async function take(...snapshots: Bodies[1][]): Promise<void> {
  for (const things of snapshots) {
    world.clock.advance(3_600_000);
    ids.push((await publishBodies(repository, world, { 1: things })).id);
  }
}

/** Each text that is found in a line. */
async function lines(text: string, question: Parameters<typeof searchFor>[2] = {}): Promise<string[]> {
  const { items } = await searchFor(repository, text, question);
  return items.flatMap(({ kind, uid, deleted, found }) =>
    found.map(
      ({ where, text: words, panel, now, snapshot }) =>
        `${kind}/${uid}${deleted ? ' (deleted)' : ''} ${where} ${panel === undefined ? '' : `${panel}: `}${words} ` +
        (now ? 'now' : `until ${ids.indexOf(snapshot)}`),
    ),
  );
}

/** Everything that the index has written, as text. */
async function written(): Promise<string> {
  const keys = (await keysOf(world.store, 'cache/')).filter((key) => /\/(?:texts|titles)/.test(key));
  const bodies = await Promise.all(keys.map((key) => world.store.get(key)));
  return bodies.map((body) => gunzipSync(body).toString()).join('\n');
}

/** Counts the objects that are read. */
function countReads(): () => number {
  let count = 0;
  const get = world.store.get.bind(world.store);
  world.store.get = (key, options) => {
    count += key.startsWith('objects/') ? 1 : 0;
    return get(key, options);
  };
  return () => count;
}

const checkout = board('Checkout', { 'Checkout latency': 'rate(latency_seconds[5m])', Orders: 'sum(orders)' });
const without = board('Checkout', { Orders: 'sum(orders)' });

describe('the index', () => {
  it('reads the bodies that are new, and no other', async () => {
    await take({ 'dashboard/a': checkout, 'dashboard/b': board('B', {}) });
    repository = await open(world);
    const reads = countReads();
    await take({ 'dashboard/a': without, 'dashboard/b': board('B', {}) }, { 'dashboard/a': without });
    expect(reads()).toBe(1);
    await lines('checkout');
    expect(reads()).toBe(1);
  });

  it('leaves it to the first search where many bodies are new, which reads each once', async () => {
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`dashboard/d${n}`, board(`B ${n}`, {})]));
    const reads = countReads();
    await take(many, many);
    expect(reads()).toBe(0);
    const within = await repository.searchable({ within: Promise.resolve() });
    expect(within).toMatchObject({ indexed: 0, pending: 2 });
    const progress: number[][] = [];
    await repository.searchable({ onProgress: (...at) => progress.push(at) });
    expect(await lines('B 200')).toHaveLength(1);
    expect(reads()).toBe(201);
    expect(progress.at(-1) ?? [201, 201]).toEqual([201, 201]);
  });

  it('is made again when it is lost or damaged', async () => {
    await take({ 'dashboard/a': checkout }, { 'dashboard/a': without });
    const expected = await lines('latency');
    expect(expected).toHaveLength(2);
    for (const body of [undefined, Buffer.from('{}'), gzipSync('{"format":1}'), gzipSync('x'.repeat(1000))]) {
      await (body === undefined ? world.store.deleteMany([HEAD]) : world.store.put(HEAD, body));
      repository = await open(world);
      expect(await lines('latency')).toEqual(expected);
    }
  });

  it('is not believed where no trusted key signed it', async () => {
    await take({ 'dashboard/a': checkout });
    const forged = gunzipSync(await world.store.get(HEAD))
      .toString()
      .replaceAll('Checkout latency', 'Click me');
    await world.store.put(HEAD, gzipSync(forged));
    repository = await open(world);
    expect(await lines('click me')).toEqual([]);
    expect(await lines('checkout latency')).toHaveLength(1);
  });

  it('leaves out what no trusted key signed', async () => {
    await take({ 'dashboard/a': checkout });
    const stranger = await open(world, { state: new MemoryState() });
    world.clock.advance(3_600_000);
    await publishBodies(stranger, world, { 1: { 'dashboard/a': board('Planted', {}) } });
    await take({ 'dashboard/a': checkout });
    expect(await lines('planted')).toEqual([]);
  });

  it('forgets what only forgotten snapshots held', async () => {
    await take({ 'dashboard/a': board('Confidential', {}) }, { 'dashboard/a': checkout });
    expect(await written()).toContain('Confidential');
    await deleteSnapshot(repository, ids[0]!);
    expect(await lines('confidential')).toEqual([]);
    expect(await written()).not.toContain('Confidential');
    expect(await lines('checkout latency')).toHaveLength(1);
  });

  it('holds no secret: only texts that people look for', async () => {
    const target = { expr: 'up', url: 'https://s3cr3t@host', headers: { Authorization: 's3cr3t' }, password: 's3cr3t' };
    await take({
      'dashboard/a': { title: 'A', panels: [{ title: 'P', targets: [target] }], apiKey: 's3cr3t' },
      'data-source/d': { name: 'D', url: 'http://u:s3cr3t@db', secureJsonData: { password: 's3cr3t' } },
      'contact-point/c': { name: 'C', settings: { url: 'https://hooks/s3cr3t', token: 's3cr3t' } },
    });
    expect(await lines('s3cr3t')).toEqual([]);
    expect(await written()).not.toContain('s3cr3t');
  });

  it('says when there is more text than it keeps', async () => {
    const panels = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`Panel ${n}`, `${n} ${'x'.repeat(900)}`]));
    await take({ 'dashboard/a': board('Large', panels), 'dashboard/b': checkout });
    expect(await searchFor(repository, 'panel 199')).toMatchObject({ cut: 1, total: 1 });
    expect((await written()).length).toBeLessThan(100_000);
  });

  it('keeps its size however often a resource changes', async () => {
    const text = (n: number): string => `${n} ${'y'.repeat(900)}`;
    for (let n = 0; n < 30; n++) {
      const panels = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`Panel ${n}`, text(n * 10 + at)]));
      await take({ 'dashboard/a': board('Often', { ...panels, [`Last ${n}`]: text(n) }) });
    }
    await world.store.deleteMany([HEAD]);
    repository = await open(world);
    expect((await searchFor(repository, 'last 29')).items[0]!.found[0]).toMatchObject({ now: true });
    expect((await written()).length).toBeLessThan(100_000);
  });

  it('leaves the parts of earlier generations to a prune, a week later', async () => {
    await take({ 'dashboard/a': checkout });
    await world.store.deleteMany([HEAD]);
    repository = await open(world);
    await lines('checkout');
    expect((await keysOf(world.store, 'cache/texts/')).length).toBe(2);
    await world.store.put('cache/texts/0123456789abcdef/000.json.gz', Buffer.from('left behind'));
    world.clock.advance(8 * 86_400_000);
    const { others } = await findOrphans(repository, new Set(ids), world.clock.now());
    expect(others).toEqual(['cache/texts/0123456789abcdef/000.json.gz']);
  });

  it('says of which resources the content cannot be read', async () => {
    await take({ 'dashboard/a': checkout, 'dashboard/b': board('Whole', { 'Checkout latency': 'up' }) });
    const objects = await keysOf(world.store, 'objects/');
    const { resources } = await repository.manifest('latest');
    const damaged = objects.find((key) => key.includes(resources[0]!.object))!;
    await world.store.put(damaged, Buffer.from('damaged'));
    await world.store.deleteMany([HEAD]);
    repository = await open(world);
    expect(await searchFor(repository, 'latency')).toMatchObject({ unread: 1, total: 1 });
    expect(await lines('checkout')).toContain('dashboard/a title Checkout now');
  });
});
