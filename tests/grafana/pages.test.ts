import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { GrafanaClient } from '../../pkg/grafana/http/client.ts';
import { listOrgs } from '../../pkg/grafana/orgs.ts';
import { listPages } from '../../pkg/grafana/http/pagination/pages.ts';
import { servedClient } from './served-client.ts';

type Answering = (token: string, response: ServerResponse) => void;

/** A client of a server that answers lists as it is told; and the tokens that it was asked for, in their order. */
async function serve(answer: Answering): Promise<{ client: GrafanaClient; asked: string[] }> {
  const asked: string[] = [];
  const { client } = await servedClient((request, response) => {
    const token = new URL(request.url ?? '/', 'http://here').searchParams.get('continue') ?? '';
    asked.push(token);
    response.setHeader('content-type', 'application/json');
    answer(token, response);
  });
  return { client, asked };
}

function headOf(next: string): string {
  return `{"kind":"DashboardList","apiVersion":"v1","metadata":{"resourceVersion":"1","continue":"${next}"},"items":[`;
}

function itemOf(name: string): string {
  return `{"metadata":{"name":"${name}"}}`;
}

async function namesOf(client: GrafanaClient): Promise<unknown[]> {
  const names: unknown[] = [];
  for await (const { items } of listPages(client, '/apis/any', { limit: 10 })) {
    names.push(...items.map(({ metadata }) => (metadata as { name: string }).name));
  }
  return names;
}

describe('a long list', () => {
  it('asks for the next page as soon as one names it, before its items are there', async () => {
    let finish = (): void => undefined;
    const { client } = await serve((token, response) => {
      if (token === '') {
        response.write(headOf('two'));
        finish = () => response.end(`${itemOf('first')}]}`);
      } else {
        // Only now does the first page end.
        finish();
        response.end(`${headOf('')}${itemOf('second')}]}`);
      }
    });

    expect(await namesOf(client)).toEqual(['first', 'second']);
  });

  it('goes by what a page says in the end, when its first attempt broke off and named another one', async () => {
    let attempts = 0;
    const { client, asked } = await serve((token, response) => {
      if (token === '' && ++attempts === 1) {
        response.write(headOf('stale'));
        setTimeout(() => response.destroy(), 50);
      } else if (token === '') {
        response.end(`${headOf('fresh')}${itemOf('first')}]}`);
      } else {
        response.end(`${headOf('')}${itemOf(token)}]}`);
      }
    });

    expect(await namesOf(client)).toEqual(['first', 'fresh']);
    expect(asked).toContain('stale');
  });

  it('does not go by what an error names', async () => {
    let attempts = 0;
    const { client, asked } = await serve((token, response) => {
      if (token === '' && ++attempts === 1) {
        response.statusCode = 503;
        response.end('{"kind":"Status","metadata":{"continue":"stale"}}');
      } else {
        response.end(`${headOf(token === '' ? 'fresh' : '')}${itemOf(token === '' ? 'first' : token)}]}`);
      }
    });

    expect(await namesOf(client)).toEqual(['first', 'fresh']);
    expect(asked).not.toContain('stale');
  });

  it('has at most one page on its way beside the one that is worked on', async () => {
    const { client, asked } = await serve((token, response) => {
      const page = Number(token);
      response.end(`${headOf(page < 20 ? String(page + 1) : '')}${itemOf(`d${page}`)}]}`);
    });
    const pages = listPages(client, '/apis/any', { limit: 10 });
    for (let read = 1; read <= 3; read++) {
      await pages.next();
      await new Promise((resolve) => setTimeout(resolve, 100));

      expect(asked.length).toBe(read + 1);
    }
    await pages.return(undefined);
  });

  it('is empty when its items are null, and no list at all without items', async () => {
    const list = '{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":{}';
    const { client } = await serve((_, response) => response.end(`${list},"items":null}`));
    expect(await namesOf(client)).toEqual([]);
    const { client: other } = await serve((_, response) => response.end(`${list}}`));
    await expect(namesOf(other)).rejects.toThrow('the response is not a list');
  });
});

describe('the list of organizations', () => {
  /** The pages that are asked for, of a server that counts them from there and has one. */
  async function pagesAsked(first: number): Promise<(string | null)[]> {
    const asked: (string | null)[] = [];
    const { client } = await servedClient((request, response) => {
      const page = new URL(request.url ?? '/', 'http://here').searchParams.get('page');
      asked.push(page);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(Number(page) <= first ? [{ id: 1, name: 'Main Org.' }] : []));
    });
    expect(await listOrgs(client, undefined)).toEqual([{ id: 1, name: 'Main Org.' }]);
    return asked;
  }

  it('is read once where it has one page, whichever number that has', async () => {
    expect(await pagesAsked(0)).toEqual(['0', '1']);
    expect(await pagesAsked(1)).toEqual(['0', '1', '2']);
  });
});
