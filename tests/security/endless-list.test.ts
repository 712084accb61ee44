import { describe, expect, it } from 'vitest';
import { eachNumbered } from '../../pkg/grafana/http/pagination/numbered.ts';
import { listPages } from '../../pkg/grafana/http/pagination/pages.ts';
import { listAt } from '../../pkg/grafana/http/pagination/lists.ts';
import { ListRoom } from '../../pkg/grafana/http/pagination/room.ts';
import { stringAt } from '../../pkg/lib/json/json.ts';
import { servedClient } from '../grafana/served-client.ts';
import { inDepth } from '../support/budget.ts';

/** Another Grafana whose lists never end. */
const ITEMS_PER_PAGE = 40_000;
const MOST_PAGES = 40;

/** An endless list; or one of few items whose titles are long. */
async function endless(title = '', perPage = ITEMS_PER_PAGE): ReturnType<typeof servedClient> {
  const items = Array.from({ length: perPage }, (_one, index) => {
    const name = `PAGE-${index}`;
    return { uid: name, title, metadata: { name }, spec: { title } };
  });
  const page = JSON.stringify(items);
  let pages = 0;
  return servedClient((_, response) => {
    pages++;
    const isLast = pages > MOST_PAGES;
    const metadata = JSON.stringify({ continue: isLast ? '' : `${pages}` });
    const listed = isLast ? '[]' : page.replaceAll('PAGE', `${pages}`);
    response.end(`{"kind":"AnyList","metadata":${metadata},"items":${listed}}`);
  });
}

async function read(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

type Client = Awaited<ReturnType<typeof endless>>['client'];

const inNumberedPages = (client: Client): AsyncIterable<unknown> =>
  eachNumbered(client, {
    path: '/api/any',
    size: ITEMS_PER_PAGE,
    sizeName: 'size',
    items: (answer) => listAt(answer, 'items'),
    key: (item) => stringAt(item, 'uid') ?? '',
  });
const inPagesThatNameTheNext = (client: Client): AsyncIterable<unknown> =>
  listPages(client, '/apis/any', { limit: ITEMS_PER_PAGE });

describe.each([
  ['numbered pages', inNumberedPages],
  ['pages that name the next one', inPagesThatNameTheNext],
])('a list in %s', (_, list) => {
  it('is not read to the end of the memory', async () => {
    const { client } = await endless();
    await expect(read(list(client))).rejects.toThrow('the list does not fit into memory');
  });

  inDepth('is read to its end where only titles are long, which are not kept whole', async () => {
    const { client } = await endless('x'.repeat(4 * 1024 * 1024), 1);
    await expect(read(list(client))).resolves.toBeUndefined();
  });
});

it('long titles, which are not kept whole, take little of the memory for a list', () => {
  const room = new ListRoom('/api/any');
  const title = 'x'.repeat(4 * 1024 * 1024);
  for (let items = 0; items < 10_000; items++) {
    room.take(title);
  }
  expect(() => {
    for (let items = 0; items < 10_000_000; items++) {
      room.take(title);
    }
  }).toThrow('the list does not fit into memory');
});
