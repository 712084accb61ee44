import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import type { GrafanaClient } from '../../pkg/grafana/http/client.ts';
import { ResponseTooLarge } from '../../pkg/grafana/http/errors.ts';
import { eachNumbered, type NumberedList } from '../../pkg/grafana/http/pagination/numbered.ts';
import { listPages } from '../../pkg/grafana/http/pagination/pages.ts';
import { listAt } from '../../pkg/grafana/http/pagination/lists.ts';
import { numberAt, stringAt, type JsonObject } from '../../pkg/lib/json/json.ts';
import { servedClient } from './served-client.ts';

/** All limits of memory are a twelfth: what takes seconds to read proves no more. */
const MIB = (1024 * 1024) / 12;
vi.mock('../../pkg/lib/memory/part-of-heap.ts', () => ({
  partOfHeap: (_: number, mib: number) => (mib * 1024 * 1024) / 12,
}));
/** A page may have 12. */
const TOO_LARGE = 13;

function itemOf(name: string, size: number): string {
  return `{"uid":"${name}","metadata":{"name":"${name}"},"spec":"${'x'.repeat(size * MIB)}"}`;
}

/** Items of these sizes, by name. */
const SIZES: [string, number][] = Array.from({ length: 23 }, (_, index) => [`item-${index}`, 0]);
SIZES.splice(2, 4, ['a', 5], ['b', 5], ['c', 5], ['d', 5]);
SIZES.splice(11, 1, ['huge', TOO_LARGE]);
const NAMES = SIZES.map(([name]) => name);

/** A server of numbered pages, and the pages that it was asked for. */
async function serveNumbered(): Promise<{ client: GrafanaClient; asked: string[] }> {
  const asked: string[] = [];
  const { client } = await servedClient((request, response) => {
    const query = new URL(request.url ?? '', 'http://here').searchParams;
    const [size, page] = [Number(query.get('size')), Number(query.get('page'))];
    asked.push(`${page}/${size}`);
    const items = SIZES.slice((page - 1) * size, page * size).map((item) => itemOf(...item));
    response.end(`{"total":${SIZES.length},"items":[${items.join(',')}]}`);
  });
  return { client, asked };
}

const NUMBERED: NumberedList = {
  path: '/api/any',
  size: 10,
  sizeName: 'size',
  items: (answer) => listAt(answer, 'items'),
  total: (answer) => numberAt(answer, 'total'),
  key: (item) => stringAt(item, 'uid') ?? '',
};

describe('numbered pages that are too large', () => {
  it('are asked for in smaller ones that begin where they did, and grow again behind what is large', async () => {
    const { client, asked } = await serveNumbered();
    const names: unknown[] = [];
    const outlineOf = (head: string): JsonObject => ({ uid: /"uid":"(\w+)"/.exec(head)?.[1] ?? '', isOutline: true });
    for await (const item of eachNumbered(client, { ...NUMBERED, outlineOf })) {
      names.push(item['uid']);
      expect(item['isOutline']).toBe(item['uid'] === 'huge' ? true : undefined);
    }
    expect(names).toEqual(NAMES);
    expect(asked).toEqual([
      ...['1/10', '1/5', '1/1', '2/1', '3/1', '4/1', '5/1', '2/5'],
      ...['2/10', '3/5', '11/1', '12/1', '13/1', '14/1', '15/1', '4/5', '3/10'],
    ]);
  });

  it('give out all others before an item is refused that shows no name', async () => {
    const { client } = await serveNumbered();
    const names: unknown[] = [];
    const reading = async (): Promise<void> => {
      for await (const item of eachNumbered(client, NUMBERED)) {
        names.push(item['uid']);
      }
    };
    await expect(reading()).rejects.toMatchObject({
      code: 'DK_GRAFANA_TOO_LARGE',
      why: { code: 'item-too-large', params: { position: '12', mib: '1' } },
    });
    expect(names).toEqual(NAMES.filter((name) => name !== 'huge'));
  });
});

/** A server of pages that name each other; `metadata` = whether it knows lists of metadata only. */
async function servePages(metadata: boolean): Promise<{ client: GrafanaClient; limits: number[] }> {
  const limits: number[] = [];
  const { client } = await servedClient((request, response) => {
    const query = new URL(request.url ?? '', 'http://here').searchParams;
    const [begin, limit] = [Number(query.get('continue') ?? 0), Number(query.get('limit'))];
    limits.push(limit);
    const next = begin + limit < SIZES.length ? String(begin + limit) : '';
    const partial = metadata && request.headers.accept?.includes('PartialObjectMetadataList') === true;
    const items = SIZES.slice(begin, begin + limit).map(([name, size]) => itemOf(name, partial ? 0 : size));
    response.setHeader('content-type', 'application/json');
    const kind = partial ? 'PartialObjectMetadataList' : 'ThingList';
    response.end(`{"kind":"${kind}","metadata":{"continue":"${next}"},"items":[${items.join(',')}]}`);
  });
  return { client, limits };
}

describe('pages that name each other and are too large', () => {
  it('are asked for in smaller ones from the same place, an object that is too large with its metadata', async () => {
    const { client, limits } = await servePages(true);
    const names: unknown[] = [];
    for await (const { items, metadataOnly } of listPages(client, '/apis/any', { limit: 16, largeSingly: true })) {
      names.push(...items.map(({ uid }) => (metadataOnly ? `only metadata of ${String(uid)}` : uid)));
    }
    expect(names).toEqual(NAMES.map((name) => (name === 'huge' ? 'only metadata of huge' : name)));
    expect(Math.min(...limits)).toBe(1);
    expect(limits.at(-1)).toBeGreaterThan(1);
  });

  it.each([
    ['anyone who cannot do with metadata', true, {}],
    ['a server that gives out no metadata', false, { largeSingly: true as const }],
  ])('end the list for %s', async (_name, metadata, options) => {
    const { client } = await servePages(metadata);
    const reading = async (): Promise<void> => {
      for await (const _ of listPages(client, '/apis/any', { limit: 16, ...options }));
    };
    await expect(reading()).rejects.toThrow(ResponseTooLarge);
  });
});

describe('one response', () => {
  const bomb = gzipSync(Buffer.from(`{"name":"bomb","text":"${'x'.repeat(TOO_LARGE * MIB)}"}`));
  const answer = (bytes: Buffer, packed: boolean) => (response: ServerResponse) => {
    response.setHeader('content-type', 'application/json');
    if (packed) {
      response.setHeader('content-encoding', 'gzip');
    }
    response.end(bytes);
  };
  // Its last four bytes say how large it is.
  const lying = Buffer.concat([bomb.subarray(0, -4), Buffer.from([1, 0, 0, 0])]);

  it.each<[string, (response: ServerResponse) => void]>([
    ['packed', answer(bomb, true)],
    ['packed, and lies about its size', answer(lying, true)],
    ['plain', answer(Buffer.from(`{"name":"bomb","text":"${'x'.repeat(TOO_LARGE * MIB)}"}`), false)],
    ['small, with values that are not', answer(Buffer.from(`{"name":"bomb","a":[${'{},'.repeat(MIB)}{}]}`), false)],
  ])('is refused and not asked for again when it is too large: %s', async (_name, give) => {
    let asked = 0;
    const { client } = await servedClient((_, response) => {
      asked++;
      give(response);
    });
    const error = await client.get('/api/any', { list: true }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ResponseTooLarge);
    expect(error).toMatchObject({ code: 'DK_GRAFANA_TOO_LARGE', why: { code: 'too-large' } });
    expect((error as ResponseTooLarge).head).toContain('{"name":"bomb"');
    expect(asked).toBe(1);
  });

  it.each([true, false])('has any size when little of it is kept (packed: %s)', async (packed) => {
    const item = (name: string): string => `{"uid":"${name}","data":"${'x'.repeat(20 * MIB)}"}`;
    const text = Buffer.from(`[${item('a')},${item('b')}]`);
    const { client } = await servedClient((_, response) => answer(packed ? gzipSync(text) : text, packed)(response));
    expect(await client.get('/api/any', { keep: ['uid'] })).toEqual([{ uid: 'a' }, { uid: 'b' }]);
  });

  it('is not read to its end when it is an error', async () => {
    let sent = 0;
    function* endless(): Generator<string> {
      for (yield '{"message":"'; sent < 200; sent++) {
        yield 'x'.repeat(1024 * 1024);
      }
    }
    const { client } = await servedClient((_, response) => {
      response.statusCode = 403;
      Readable.from(endless()).pipe(response);
    });
    await expect(client.get('/api/any')).rejects.toMatchObject({ code: 'DK_GRAFANA_FORBIDDEN', httpStatus: 403 });
    expect(sent).toBeLessThan(100);
  });
});
