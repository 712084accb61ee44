import { expect, it } from 'vitest';
import { eachNumbered } from '../../pkg/grafana/http/pagination/numbered.ts';
import { listPages } from '../../pkg/grafana/http/pagination/pages.ts';
import { listAt } from '../../pkg/grafana/http/pagination/lists.ts';
import { stringAt } from '../../pkg/lib/json/json.ts';
import { servedClient } from '../grafana/served-client.ts';

/** Another Grafana whose lists never end. */
const ITEMS_PER_PAGE = 40_000;
const MOST_PAGES = 40;

async function endless(): ReturnType<typeof servedClient> {
  let pages = 0;
  return servedClient((_, response) => {
    pages++;
    const isLast = pages > MOST_PAGES;
    const items = Array.from({ length: isLast ? 0 : ITEMS_PER_PAGE }, (_one, index) => {
      const name = `${pages}-${index}`;
      return { uid: name, metadata: { name } };
    });
    response.end(JSON.stringify({ kind: 'AnyList', metadata: { continue: isLast ? '' : `${pages}` }, items }));
  });
}

async function read(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

it('is not read to the end of the memory: in numbered pages', async () => {
  const { client } = await endless();
  const list = {
    path: '/api/any',
    size: ITEMS_PER_PAGE,
    sizeName: 'size',
    items: (answer: Parameters<typeof listAt>[0]) => listAt(answer, 'items'),
    key: (item: Parameters<typeof stringAt>[0]) => stringAt(item, 'uid') ?? '',
  };
  await expect(read(eachNumbered(client, list))).rejects.toThrow('the list does not fit into memory');
});

it('is not read to the end of the memory: in pages that name the next one', async () => {
  const { client } = await endless();
  await expect(read(listPages(client, '/apis/any', { limit: ITEMS_PER_PAGE }))).rejects.toThrow(
    'the list does not fit into memory',
  );
});
