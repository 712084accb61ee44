import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { twoOrgs, type Side, type TwoOrgs } from '../../security/support/two-orgs.ts';
import { runSchemathesis, SCHEMATHESIS, type OpenApi, type Session } from '../../support/schemathesis/index.ts';

const TOKENS = {
  home: 'token-of-the-home-organization-0123456789',
  other: 'token-of-the-other-organization-0123456789',
};

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'unsupported_method',
  'allow_header_conformance',
  'ignored_auth',
];

/**
 * What hardly ever succeeds with made-up input: there is no webhook and nothing to cancel, a plan needs a snapshot that
 * exists, a preview is of a dashboard that the snapshot holds and has a random UID, changes are of a plan that
 * overwrites, a mapping is YAML with known keys, and the rest wants typed words.
 */
const SELDOM_DONE = [
  'POST /notifications/test',
  'POST /runs/{id}/cancel',
  'POST /restores',
  'POST /restores/{id}/apply',
  'GET /restores/{id}/changes',
  'DELETE /snapshots/{id}',
  'DELETE /snapshots/{id}/hold',
  'POST /previews',
  'DELETE /previews/{uid}',
  'PUT /mappings/{name}',
];

describe.skipIf(SCHEMATHESIS === '')('schemathesis, by the OpenAPI document', () => {
  let world: TwoOrgs;
  let directory: string;
  let document: OpenApi;
  const snapshots = ['latest'];
  const known = new Map<Side, { plan: string; run: string }>();

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'dashkeep-schemathesis-'));
    world = await twoOrgs({
      level: 'error',
      environment: {
        DASHKEEP_API_TOKEN: TOKENS.home,
        DASHKEEP_API_TOKEN_ORG_2: TOKENS.other,
        // Made-up endpoints and webhooks stay made up.
        DASHKEEP_OUTBOUND_ALLOW: 'nowhere.invalid',
      },
    });
    snapshots.push(await world.backup(), await world.backup());
    for (const side of [world.home, world.other]) {
      await side.grafana.delete(`/api/dashboards/uid/${side.planted.dashboard}`);
      const request = { snapshot: snapshots[1], selection: { type: 'everything' } };
      const { json: plan } = await side.call('POST', '/restores', request);
      const { json: run } = await side.call('POST', `/restores/${plan.id}/apply`, { confirm: plan.confirm });
      expect(await world.ended(side, run.id)).toMatchObject({ status: 'complete', undoable: true });
      known.set(side, { plan: plan.id, run: run.id });
    }
    document = (await world.home.call('GET', '/openapi.json')).json as OpenApi;
  });
  afterAll(async () => {
    await world?.close();
    await rm(directory, { recursive: true });
  });

  /** Most requests find something: of the organization itself, or of the other one. */
  function session(who: 'home' | 'other'): Session {
    const [own, foreign] = who === 'home' ? [world.home, world.other] : [world.other, world.home];
    const of = <T>(read: (side: Side) => T): T[] => [own, own, own, foreign].map(read);
    const resource = { 'query.org': 'orgs', 'query.kind': 'kinds', 'query.uid': 'uids' };
    const sides = { 'query.from': 'snapshots', 'query.to': 'snapshots' };
    return {
      directory,
      url: world.service.url,
      document,
      token: TOKENS[who],
      checks: CHECKS,
      values: {
        snapshots,
        runs: of((side) => known.get(side)?.run ?? ''),
        plans: of((side) => known.get(side)?.plan ?? ''),
        orgs: of(({ org }) => org),
        uids: of(({ planted }) => planted.dashboard),
        kinds: ['dashboard'],
        previews: ['dashkeep-preview-0123456789abcd'],
        expressions: ['0 */2 * * *', '*/5 * * * *'],
        zones: ['UTC', 'Europe/Paris'],
        begins: ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'],
        ends: ['2026-04-01T00:00:00Z', '2026-05-01T00:00:00Z'],
      },
      uses: [
        ['/schedule/', { 'query.expression': 'expressions', 'query.timezone': 'zones' }],
        ['/readiness/report$', { 'query.from': 'begins', 'query.to': 'ends' }],
        ['/runs/', { 'path.id': 'runs' }],
        ['/restores/', { 'path.id': 'plans' }],
        ['/folders$', { 'query.org': 'orgs' }],
        ['/resources/', { 'path.org': 'orgs', 'path.kind': 'kinds', 'path.uid': 'uids' }],
        ['/previews/', { 'path.uid': 'previews' }],
        ['/diff$', sides],
        ['/diff/resource$', { ...sides, ...resource }],
        ['/snapshots/.*/(resource|download)$', { 'path.id': 'snapshots', ...resource }],
        ['/snapshots/[^/]*(/tree|/resources)?$', { 'path.id': 'snapshots', 'query.confirm': 'snapshots' }],
      ],
    };
  }

  it.each(['home', 'other'] as const)(
    'finds nothing wrong with the token of the %s organization',
    async (who) => {
      const { code, said, exchanges } = await runSchemathesis(session(who));
      expect(code, said).toBe(0);

      // It has to get past the refusals to prove something.
      const done = exchanges.filter(({ response }) => response.status < 300);
      const neverDone = Object.entries(document.paths).flatMap(([path, methods]) => {
        const pattern = new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`);
        return Object.entries(methods)
          .filter(([, operation]) => who === 'home' || operation['x-dashkeep-access'] !== 'home')
          .map(([method]) => method.toUpperCase())
          .filter(
            (method) =>
              !done.some(({ request }) => request.method === method && pattern.test(new URL(request.url).pathname)),
          )
          .map((method) => `${method} ${path.replace('/api/v1', '')}`);
      });
      expect(neverDone.filter((name) => !SELDOM_DONE.includes(name))).toEqual([]);

      const hidden = who === 'home' ? world.other.mark : world.home.mark;
      expect(done.length).toBeGreaterThan(100);
      expect(done.filter(({ response }) => response.content.text?.includes(hidden))).toEqual([]);
    },
    600_000,
  );

  it('finds what is wrong where something is', async () => {
    const wrong = structuredClone(document);
    delete wrong.paths['/api/v1/restores/{id}']?.['get']?.responses['404'];
    const args = ['--include-path', '/api/v1/restores/{id}'];
    const { code, said } = await runSchemathesis({ ...session('home'), document: wrong, args });
    expect(code, said).toBe(1);
    expect(said).toContain('Received: 404');
  });
});
