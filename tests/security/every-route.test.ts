import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cases } from '../support/cases.ts';
import { twoOrgs, type Side, type TwoOrgs } from './support/two-orgs.ts';

interface Operation {
  'x-dashkeep-access'?: 'home' | 'organization';
  parameters?: { name: string; in: 'path' | 'query'; schema: Schema; required?: boolean }[];
}
interface Schema {
  type?: string;
  enum?: string[];
}

let world: TwoOrgs;
let home: Side;
let other: Side;
let operations: { name: string; method: string; path: string; operation: Operation }[];

/** Ids of snapshots, runs and plans of both sides. */
const ids: string[] = ['latest', 'live'];

/** What names one resource of either side. */
const resources: { org: number; kind: string; uid: string; folder: string }[] = [];

beforeAll(async () => {
  world = await twoOrgs();
  ({ home, other } = world);
  const snapshot = await world.backup();
  ids.push(snapshot, await world.backup());
  const { paths } = (await home.call('GET', '/openapi.json')).json as {
    paths: Record<string, Record<string, Operation>>;
  };
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method} ${path}`,
      method: method.toUpperCase(),
      path: path.replace('/api/v1', ''),
      operation,
    })),
  );
  const manifest = await world.service.service.repositoryCache.manifest(snapshot, AbortSignal.timeout(60_000));
  resources.push(
    ...manifest.resources.map(({ org, kind, uid, folderUid = '' }) => ({ org, kind, uid, folder: folderUid })),
  );
  for (const side of [home, other]) {
    const plan = await side.call('POST', '/restores', {
      snapshot,
      selection: { type: 'kinds', kinds: ['dashboard', 'folder'] },
      options: { overwrite: true },
    });
    ids.push(String(plan.json.id));
    await side.grafana.delete(`/api/dashboards/uid/${side.planted.dashboard}`);
    const back = await side.call('POST', '/restores', {
      snapshot,
      selection: { type: 'resources', resources: [{ org: side.org, kind: 'dashboard', uid: side.planted.dashboard }] },
    });
    const applied = await side.call('POST', `/restores/${back.json.id}/apply`, { confirm: back.json.confirm });
    ids.push(String(back.json.id), String(applied.json.id));
    await world.ended(side, String(applied.json.id));
  }
});
afterAll(() => world?.close());

/** Parameters that name a resource together. */
const NAMES_OF_RESOURCE: ReadonlySet<string> = new Set(['org', 'kind', 'uid']);

/** Requests that name what there is, of either side: their own things as often as the other's. */
function requests(path: string, operation: Operation): fc.Arbitrary<{ url: string; body: unknown }> {
  const parameters = operation.parameters ?? [];
  const resource = fc.constantFrom(...resources);
  const search = fc.constantFrom(home.mark, other.mark, 'homemark', 'othermark', '', 'mark');
  const one = ({ name, schema, in: place }: (typeof parameters)[number]): fc.Arbitrary<string | undefined> => {
    if (place === 'path' && !NAMES_OF_RESOURCE.has(name)) {
      return fc.constantFrom(...ids);
    }
    if (name === 'from' || name === 'to') {
      return fc.constantFrom(...ids);
    }
    if (schema.enum !== undefined) {
      return fc.option(fc.constantFrom(...schema.enum), { nil: undefined });
    }
    const given = { search, q: search, limit: fc.constant('500'), confirm: fc.constantFrom(...ids), suffix: search };
    return (given as Record<string, fc.Arbitrary<string>>)[name] ?? fc.constant(undefined);
  };
  const body = fc.record({
    resource,
    id: fc.constantFrom(...ids),
    choice: fc.nat(4),
    org: fc.constantFrom(1, other.org),
  });
  return fc
    .tuple(resource, body, ...parameters.map(one))
    .map(([named, { resource: chosen, id, choice, org }, ...values]) => {
      let url = path;
      const query = new URLSearchParams();
      parameters.forEach(({ name, in: place }, at) => {
        const ofResource = {
          org: String(named.org),
          kind: named.kind,
          uid: named.uid,
          folder: named.folder,
          under: named.folder,
        };
        const value = (ofResource as Record<string, string>)[name] ?? values[at];
        if (place === 'path') {
          url = url.replace(`{${name}}`, encodeURIComponent(String(value)));
        } else if (value !== undefined && !(name === 'kind' && path.endsWith('/resources') && choice > 1)) {
          query.set(name, value);
        }
      });
      const { org: of, kind, uid } = chosen;
      const selections = [
        { type: 'everything' },
        { type: 'kinds', kinds: [kind] },
        { type: 'folder', org: of, uid: chosen.folder || uid },
        { type: 'resources', resources: [{ org: of, kind, uid }] },
      ];
      const options = { overwrite: true, withDependencies: true, ...(choice === 4 ? { copy: { org } } : {}) };
      const bodies: Record<string, unknown> = {
        '/restores': { snapshot: id, selection: selections[choice % 4], options },
        '/runs': { kind: 'backup' },
      };
      return { url: `${url}?${query.toString()}`, body: bodies[path] ?? {} };
    });
}

/** What the request itself says comes back in errors, and is no news to anyone who sent it. */
function without(text: string, url: string, body: unknown): string {
  const sent = [...new URL(url, 'http://x').searchParams.values(), ...JSON.stringify(body).matchAll(/"([^"]+)"/g)].map(
    (found) => (typeof found === 'string' ? found : (found[1] ?? '')),
  );
  return sent.filter((one) => /mark/.test(one)).reduce((rest, one) => rest.replaceAll(one, ''), text);
}

describe('every operation of the OpenAPI document', () => {
  it('says whose it is', () => {
    expect(operations.length).toBeGreaterThan(20);
    for (const { name, operation } of operations) {
      expect([name, operation['x-dashkeep-access']]).toEqual([name, expect.stringMatching(/^(home|organization)$/)]);
    }
  });

  it.each(['other', 'home'] as const)('shows the %s organization nothing of the other one', async (who) => {
    const [side, hidden] = who === 'home' ? [home, other.mark] : [other, home.mark];
    for (const { name, method, path, operation } of operations) {
      // Deleting and pruning would end the test; who may is tested by itself.
      if (who === 'home' && (method === 'DELETE' || operation['x-dashkeep-access'] === 'home')) {
        continue;
      }
      const isRead = method === 'GET';
      await fc.assert(
        fc.asyncProperty(requests(path, operation), async ({ url, body }) => {
          const answer = await side.call(method, url, isRead ? undefined : body);
          expect(answer.status, `${name} ${url}`).not.toBe(500);
          if (operation['x-dashkeep-access'] === 'home') {
            expect([name, answer.status]).toEqual([name, 403]);
          }
          expect(without(answer.text, url, body), `${name} ${url}`).not.toContain(hidden);
        }),
        isRead ? cases(4, 12) : cases(2, 4),
      );
    }
  });
});
