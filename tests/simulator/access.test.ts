import { afterEach, describe, expect, it } from 'vitest';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import type { ProfileName } from '../support/grafana/profiles/profiles.ts';
import { call } from './http.ts';

const ADMIN = 'admin:admin';

let grafana: Simulator;
afterEach(() => grafana.close());

async function start(profile: ProfileName): Promise<void> {
  grafana = await startGrafana({ profile });
}

describe('identity', () => {
  it('is needed for everything but health', async () => {
    await start('13.2');
    expect((await call(grafana, '', 'GET /api/health')).body).toMatchObject({ database: 'ok', version: '13.2.3' });
    expect((await call(grafana, '', 'GET /api/search')).status).toBe(401);
    expect((await call(grafana, 'admin:wrong', 'GET /api/search')).body.messageId).toBe('password-auth.failed');
    expect((await call(grafana, 'glsa_unknown', 'GET /api/search')).body.messageId).toBe('api-key.invalid');
    // As a deleted token, or one of a deleted account, on 12.4.0.
    const deleted = `glsa_${'a'.repeat(32)}_0123abcd`;
    const { status, body } = await call(grafana, deleted, 'GET /api/search');
    expect({ status, body }).toEqual({ status: 401, body: { message: 'Unauthorized', traceID: '' } });
  });

  it('of a token ends with it, and a token belongs to one org for ever', async () => {
    await start('13.2');
    const token = grafana.token({ ttlSeconds: 60 });
    const other = grafana.state.addOrg('Second');
    const headers = { 'x-grafana-org-id': String(other.id) };
    expect(await call(grafana, token, 'GET /api/org', undefined, headers)).toMatchObject({
      status: 401,
      body: { messageId: 'api-key.organization-mismatch' },
    });
    expect((await call(grafana, token, 'GET /api/org', undefined, { 'x-grafana-org-id': '1' })).status).toBe(200);
    grafana.advance(61_000);
    expect((await call(grafana, token, 'GET /api/org')).status).toBe(401);
  });

  it('with a password acts in the org of the header, or of the namespace', async () => {
    await start('13.2');
    const { orgId } = (await call(grafana, ADMIN, 'POST /api/orgs', { name: 'Second' })).body;
    const headers = { 'x-grafana-org-id': String(orgId) };
    expect((await call(grafana, ADMIN, 'GET /api/org', undefined, headers)).body.name).toBe('Second');
    const path = `/apis/folder.grafana.app/v1/namespaces/org-${orgId}/folders`;
    await call(grafana, ADMIN, `POST ${path}`, { metadata: { name: 'f' }, spec: { title: 'F' } });
    expect(grafana.state.org(orgId).folders.has('f')).toBe(true);
    expect((await call(grafana, grafana.token(), `GET ${path}`)).status).toBe(403);
  });
});

describe('service accounts', () => {
  it('are created with 201, give their key once, and refuse a second token of one name', async () => {
    await start('12.4');
    const made = await call(grafana, ADMIN, 'POST /api/serviceaccounts', { name: 'backup', role: 'Admin' });
    expect(made.status).toBe(201);
    const path = `/api/serviceaccounts/${made.body.id}/tokens`;
    const { key } = (await call(grafana, ADMIN, `POST ${path}`, { name: 't', secondsToLive: 60 })).body;
    expect((await call(grafana, key, 'GET /api/org')).status).toBe(200);
    expect((await call(grafana, ADMIN, `POST ${path}`, { name: 't' })).status).toBe(400);
    const listed = await call(grafana, ADMIN, `GET ${path}`);
    expect(listed.text).not.toContain(key);
    expect(listed.body[0]).toMatchObject({ name: 't', hasExpired: false });
  });

  it.each(['GET /api/orgs', 'GET /api/users/search', 'POST /api/admin/users'])('can never call %s', async (route) => {
    await start('13.2');
    const refused = await call(
      grafana,
      grafana.token({ role: 'Admin' }),
      route,
      route.startsWith('POST') ? {} : undefined,
    );
    expect(refused).toMatchObject({ status: 403, body: { title: 'Access denied' } });
    expect(refused.body.message).toContain('Permissions needed:');
    expect(refused.body.accessErrorId).toMatch(/^ACE\d{10}$/);
  });

  it('can be robbed of single rights, and the answer names the missing one', async () => {
    await start('13.2');
    const token = grafana.token({ without: ['datasources:read'] });
    const refused = await call(grafana, token, 'GET /api/datasources');
    expect(refused.status).toBe(403);
    expect(refused.body.message).toContain('datasources:read');
    expect((await call(grafana, token, 'GET /api/access-control/user/permissions')).body).not.toHaveProperty(
      'datasources:read',
    );
  });
});

describe('API keys', () => {
  it.each([
    ['10.4', 200, 200],
    ['11.6', 200, 404],
    ['12.4', 404, 404],
    ['13.2', 404, 404],
  ] as const)('on %s: list %i, create %i', async (profile, list, create) => {
    await start(profile);
    expect((await call(grafana, ADMIN, 'GET /api/auth/keys')).status).toBe(list);
    const made = await call(grafana, ADMIN, 'POST /api/auth/keys', { name: 'old', role: 'Admin' });
    expect(made.status).toBe(create);
    if (create === 200) {
      expect((await call(grafana, made.body.key, 'GET /api/search')).status).toBe(200);
    }
  });
});

describe('discovery', () => {
  it('lists no groups before 12, v1beta1 first on 12.4, all six with v2 first on 13.2', async () => {
    const versions: Record<string, string[]> = {};
    for (const profile of ['11.6', '12.4', '13.2'] as const) {
      await start(profile);
      const { groups } = (await call(grafana, ADMIN, 'GET /apis')).body;
      const found = groups.find((group: { name: string }) => group.name === 'dashboard.grafana.app');
      versions[profile] = (found?.versions ?? []).map((one: { version: string }) => one.version);
      await grafana.close();
    }
    await start('13.2');
    expect(versions).toEqual({
      '11.6': [],
      '12.4': ['v1beta1', 'v0alpha1', 'v2beta1', 'v2alpha1'],
      '13.2': ['v2', 'v1', 'v1beta1', 'v0alpha1', 'v2beta1', 'v2alpha1'],
    });
  });
});

describe('orgs', () => {
  it.each([
    ['12.4', 0],
    ['13.2', 1],
  ] as const)('of %s are listed from page %i on', async (profile, first) => {
    await start(profile);
    await call(grafana, ADMIN, 'POST /api/orgs', { name: 'Second' });
    const page = async (number: number) => (await call(grafana, ADMIN, `GET /api/orgs?perpage=1&page=${number}`)).body;
    expect(await page(0)).toMatchObject([{ id: 1 }]);
    expect(await page(first)).toMatchObject([{ id: 1 }]);
    expect(await page(first + 1)).toMatchObject([{ name: 'Second' }]);
    expect((await call(grafana, ADMIN, 'POST /api/orgs', { name: 'Second' })).status).toBe(409);
  });
});

describe('users', () => {
  it('need an invented password, never show one, and refuse twins with 412', async () => {
    await start('13.2');
    const ann = { login: 'ann', email: 'ann@x', name: 'Ann', password: 'pw' };
    expect((await call(grafana, ADMIN, 'POST /api/admin/users', { ...ann, password: '' })).status).toBe(400);
    const { id } = (await call(grafana, ADMIN, 'POST /api/admin/users', ann)).body;
    expect((await call(grafana, ADMIN, 'POST /api/admin/users', ann)).status).toBe(412);
    const read = await call(grafana, ADMIN, `GET /api/users/${id}`);
    expect(read.body).toMatchObject({ login: 'ann', isGrafanaAdmin: false });
    expect(read.text).not.toContain('pw');
    expect((await call(grafana, 'ann:pw', 'GET /api/users/search')).status).toBe(403);
  });
});
