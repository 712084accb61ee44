import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { TextIndex } from '../../../pkg/repository/index/texts/text-index.ts';
import type { Repository } from '../../../pkg/repository/repository.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { open, SeededRandomness, TestClock } from '../../support/repository/repository.ts';
import { board, publishBodies, searchFor, type Bodies } from '../../support/repository/searched.ts';

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

const checkout = board('Checkout', { 'Checkout latency': 'rate(latency_seconds[5m])', Orders: 'sum(orders)' });
const without = board('Checkout', { Orders: 'sum(orders)' });

describe('a search', () => {
  it('says where a panel is, until when it was there, and what was deleted', async () => {
    await take({ 'dashboard/a': checkout, 'dashboard/b': checkout, 'dashboard/c': checkout });
    await take({ 'dashboard/a': without, 'dashboard/b': checkout, 'dashboard/c': checkout });
    await take({ 'dashboard/a': without, 'dashboard/b': checkout });
    expect(await lines('checkout latency')).toEqual([
      'dashboard/a panel Checkout latency until 0',
      'dashboard/b panel Checkout latency now',
      'dashboard/c (deleted) panel Checkout latency until 1',
    ]);
    expect(await lines('checkout latency', { deleted: true })).toEqual([
      'dashboard/c (deleted) panel Checkout latency until 1',
    ]);
    const [a, b, c] = (await searchFor(repository, 'checkout latency')).items;
    expect(a!.found[0]).toMatchObject({
      since: '2026-11-24T15:30:00.000Z',
      lastSeen: '2026-11-24T15:30:00.000Z',
      until: '2026-11-24T16:30:00.000Z',
    });
    expect(b).toMatchObject({ deleted: false, lastSeen: '2026-11-24T17:30:00.000Z' });
    expect(c).toMatchObject({ deleted: true, lastSeen: '2026-11-24T16:30:00.000Z', title: 'Checkout' });
  });

  it('names the last snapshot that contains the deleted resource, not the last one with the text', async () => {
    await take(
      { 'dashboard/a': checkout, 'dashboard/b': checkout },
      { 'dashboard/a': without, 'dashboard/b': checkout },
    );
    await take({ 'dashboard/b': checkout });
    const { items } = await searchFor(repository, 'checkout latency', { deleted: true });
    expect(items.map(({ uid, snapshot }) => [uid, snapshot])).toEqual([['a', ids[1]]]);
    expect(items[0]!.found[0]!.snapshot).toBe(ids[0]);
  });

  it('finds titles, rows, tags, queries, variables, rules and data sources of every schema', async () => {
    const v2 = {
      apiVersion: 'dashboard.grafana.app/v2',
      spec: {
        title: 'New board',
        tags: ['needle-tag'],
        elements: {
          one: {
            kind: 'Panel',
            spec: {
              title: 'Needle panel',
              data: {
                kind: 'QueryGroup',
                spec: {
                  queries: [
                    {
                      kind: 'PanelQuery',
                      spec: {
                        query: {
                          kind: 'DataQuery',
                          datasource: { name: 'needle-source' },
                          spec: { expr: 'needle_v2' },
                        },
                      },
                    },
                  ],
                },
              },
            },
          },
        },
        variables: [{ kind: 'QueryVariable', spec: { name: 'needle_variable', label: 'Region' } }],
        layout: { kind: 'TabsLayout', spec: { tabs: [{ kind: 'TabsLayoutTab', spec: { title: 'Needle tab' } }] } },
      },
    };
    const classic = {
      title: 'Old board',
      panels: [
        {
          type: 'row',
          title: 'Needle row',
          panels: [{ title: 'Inner', datasource: { uid: 'needle-uid' }, targets: [{ rawSql: 'select needle' }] }],
        },
      ],
    };
    const rules = {
      name: 'Group',
      rules: [{ title: 'Needle rule', data: [{ datasourceUid: 'needle-uid', model: { expr: 'needle > 1' } }] }],
    };
    await take({
      'dashboard/new': v2,
      'dashboard/old': classic,
      'folder/f': { title: 'Needle folder' },
      'alert-rule-group/g': rules,
      'data-source/needle-uid': { name: 'Prometheus' },
      'library-panel/l': { name: 'Shared', model: { title: 'Needle model', targets: [{ expr: 'needle_lib' }] } },
    });
    const { items } = await searchFor(repository, 'needle');
    const found = items.flatMap(({ uid, found: texts }) => texts.map(({ where, text }) => `${uid} ${where} ${text}`));
    expect(found.sort()).toEqual(
      [
        'f title Needle folder',
        'g data-source needle-uid',
        'g query needle > 1',
        'g rule Needle rule',
        'l panel Needle model',
        'l query needle_lib',
        'needle-uid uid needle-uid',
        'new data-source needle-source',
        'new panel Needle panel',
        'new query needle_v2',
        'new row Needle tab',
        'new tag needle-tag',
        'new variable needle_variable',
        'old data-source needle-uid',
        'old query select needle',
        'old row Needle row',
      ].sort(),
    );
  });

  it('ignores case and accents, and needs every word', async () => {
    await take({ 'dashboard/a': board('Débit des Commandes', { Ｌatency: 'up' }) });
    expect(await lines('commandes debit')).toEqual(['dashboard/a title Débit des Commandes now']);
    expect(await lines('DÉBIT')).toHaveLength(1);
    expect(await lines('latency')).toHaveLength(1);
    expect(await lines('debit orders')).toEqual([]);
  });

  it('finds texts of several lines, and shows them in one', async () => {
    await take({ 'dashboard/long': board('Long', { 'Two\n\tlines': 'sum(\n\trate(orders_total[5m])\n)\n' }) });
    const found = 'sum( rate(orders_total[5m]) )';
    const inHead = [`dashboard/long query Two lines: ${found} now`];
    expect(await lines('sum( rate(orders')).toEqual(inHead);
    const index = new TextIndex(
      {
        ...repository,
        ...world,
        log: silentLog,
        versions: repository.versionIndex,
        read: (object) => repository.getObject(object),
      },
      { head: 0, bodiesAtPublishing: 200, snapshots: 0, shard: 1000 },
    );
    await world.store.deleteMany(['cache/texts.json.gz']);
    await index.update(await repository.snapshots());
    repository = await open(world);
    expect(await lines('sum( rate(orders')).toEqual(inHead);
    expect(await lines('two lines')).toEqual(['dashboard/long panel Two lines now']);
    // Neither what the index calls a text, nor the numbers that it keeps with it.
    expect([await lines('panel'), await lines('0 0')]).toEqual([[], []]);
  });

  it('takes signs as they are', async () => {
    await take({ 'dashboard/a': board('A', { '.*': 'sum(rate(up[5m]))', __proto__: 'up', '$^': '\\' }) });
    expect(await lines('.*')).toEqual(['dashboard/a panel .* now']);
    expect(await lines('rate(up[5')).toHaveLength(1);
    for (const text of ['(.*', '[[', '\\\\', '%_', '__proto__ x', '$^$^', '\u0000\u0001', '"\'; drop']) {
      expect([text, await lines(text)]).toEqual([text, []]);
    }
  });

  it.each([
    ['', 'too short'],
    [' \t ', 'too short'],
    ['é', 'too short'],
    ['x'.repeat(201), '201 characters'],
  ])('refuses %j', async (text, reason) => {
    await take({ 'dashboard/a': checkout });
    await expect(searchFor(repository, text)).rejects.toMatchObject({
      code: 'DK_USAGE',
      message: expect.stringContaining(reason),
    });
  });

  it('comes in pages, each resource once', async () => {
    const many = Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`dashboard/d${n}`, board(`Board ${n}`, {})]));
    await take(many);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await searchFor(repository, 'board', { limit: 10, after });
      seen.push(...page.items.map(({ uid }) => uid));
      expect(page.total).toBe(25);
      after = page.last;
    } while (after !== undefined);
    expect([seen.length, new Set(seen).size]).toEqual([25, 25]);
  });
});
