import { randomBytes } from 'node:crypto';
import {
  arrayAt,
  isJsonObject,
  numberAt,
  objectAt,
  stringAt,
  type Json,
  type JsonObject,
} from '../../contract/json.ts';
import { lookUpUser } from '../directory.ts';
import { ifFound } from '../errors.ts';
import { listAt, listNumbered, objectsOf } from '../lists.ts';
import { NEEDS_SERVER_ADMIN } from '../rights.ts';
import type { Content, Forecast, Kind, KindContext, Restorable, WriteContext, Written } from './kind.ts';

/** Enough that nobody guesses it before the person sets their own. */
const PASSWORD_BYTES = 24;

/**
 * Users of the whole server by login, with their orgs and roles. Grafana never gives out a password, so one that is
 * created again gets a random password that nobody knows (or the one supplied); users of single sign-on or LDAP come
 * back by signing in. An existing account is never demoted, disabled or deleted.
 */
export const user: Kind = {
  name: 'user',
  declaration: {
    plural: 'Users',
    scope: 'server',
    restored: 'on request',
    identity: 'login kept; new numeric id and uid',
    lost: ['password (set a new one)', 'own preferences, stars and query history', 'sessions'],
    minimumVersion: '10.4',
    rights: ['a server admin with basic authentication'],
  },
  dependsOn: ['org'],
  writes: 'serial',

  async serves(context) {
    return context.serverAdmin ? { served: true } : { served: false, reason: NEEDS_SERVER_ADMIN };
  },

  async *list(context) {
    const users = await listNumbered(
      context.grafana,
      {
        path: '/api/users/search',
        size: 1000,
        sizeName: 'perpage',
        items: (answer) => listAt(answer, 'users'),
        total: (answer) => numberAt(answer, 'totalCount'),
        key: (item) => stringAt(item, 'login') ?? '',
      },
      context.signal,
    );
    for (const item of users) {
      const login = stringAt(item, 'login') ?? '';
      yield { uid: login, title: stringAt(item, 'name') || login };
    }
  },

  async read(context, listed) {
    const found = await lookUpUser(context, listed.uid);
    const id = numberAt(found, 'id');
    const orgs = id === undefined ? undefined : await orgsOf(context, id);
    return orgs === undefined ? undefined : contentOf(found ?? {}, orgs);
  },

  references(content) {
    return membershipsOf(content.body).map(({ org }) => ({ kind: 'org', uid: org }));
  },

  /** Memberships of other orgs stay. */
  merge(content, live) {
    const wanted = membershipsOf(content.body);
    const others = membershipsOf(live.body).filter(({ org }) => !wanted.some((one) => one.org === org));
    return { ...content, body: { ...objectAt(content.body), orgs: sorted([...wanted, ...others]) } };
  },

  /** Whoever creates an org is its admin at once. */
  before(body, isWritten) {
    const orgs = membershipsOf(body).filter(({ org }) => !isWritten({ kind: 'org', uid: org }));
    return { ...objectAt(body), orgs };
  },

  forecast,
  write,
};

async function orgsOf(context: KindContext, id: number): Promise<JsonObject[] | undefined> {
  const path = `/api/users/${id}/orgs`;
  const answer = await ifFound(context.grafana.get(path, { signal: context.signal }));
  return answer === undefined ? undefined : objectsOf(answer, path);
}

function contentOf(found: Json, orgs: JsonObject[]): Content {
  const login = stringAt(found, 'login') ?? '';
  const memberships = orgs.map((one) => ({ org: stringAt(one, 'name') ?? '', role: stringAt(one, 'role') ?? '' }));
  const labels = arrayAt(found, 'authLabels') ?? [];
  return {
    body: {
      login,
      email: stringAt(found, 'email') ?? '',
      name: stringAt(found, 'name') ?? '',
      isGrafanaAdmin: objectAt(found)?.['isGrafanaAdmin'] === true,
      isDisabled: objectAt(found)?.['isDisabled'] === true,
      ...(labels.length === 0 ? {} : { authLabels: labels }),
      orgs: sorted(memberships),
    },
    title: stringAt(found, 'name') || login,
  };
}

interface Membership {
  org: string;
  role: string;
  [name: string]: string;
}

function sorted(memberships: Membership[]): Membership[] {
  return memberships.sort((a, b) => (a.org < b.org ? -1 : 1));
}

function membershipsOf(body: Json): Membership[] {
  return (arrayAt(body, 'orgs') ?? []).filter(isJsonObject).map((one) => ({
    org: stringAt(one, 'org') ?? '',
    role: stringAt(one, 'role') ?? '',
  }));
}

async function forecast(context: WriteContext, item: Restorable): Promise<Forecast> {
  if (item.live === undefined && (arrayAt(item.content.body, 'authLabels') ?? []).length > 0) {
    return { losses: [], blocked: 'comes from single sign-on or LDAP: the account is made at the next sign-in' };
  }
  return { losses: lostPassword(context, item) };
}

function lostPassword(context: WriteContext, item: Restorable): string[] {
  const supplied = context.secrets('user', item.uid)?.['password'];
  return item.live === undefined && supplied === undefined ? ['password: set a new one for this account'] : [];
}

async function write(context: WriteContext, item: Restorable): Promise<Written> {
  const { grafana, signal } = context;
  const body = objectAt(item.content.body) ?? {};
  const words = { login: item.uid, email: stringAt(body, 'email') ?? '', name: stringAt(body, 'name') ?? '' };
  if (item.live === undefined) {
    // Not from the run's randomness: a password must be beyond repetition even where a run can be repeated.
    const password =
      context.secrets('user', item.uid)?.['password'] ?? randomBytes(PASSWORD_BYTES).toString('base64url');
    const id = numberAt(await grafana.post('/api/admin/users', { ...words, password }, { signal }), 'id') ?? 0;
    if (body['isGrafanaAdmin'] === true) {
      await grafana.put(`/api/admin/users/${id}/permissions`, { isGrafanaAdmin: true }, { signal });
    }
    if (body['isDisabled'] === true) {
      await grafana.post(`/api/admin/users/${id}/disable`, {}, { signal });
    }
    return { uid: item.uid, losses: [...lostPassword(context, item), ...(await joinOrgs(context, item, id))] };
  }
  const id = numberAt(await lookUpUser(context, item.uid), 'id') ?? 0;
  await grafana.put(`/api/users/${id}`, words, { signal });
  return { uid: item.uid, losses: await joinOrgs(context, item, id) };
}

/** Gives the memberships and roles of the body; those in other orgs stay. */
async function joinOrgs(context: WriteContext, item: Restorable, id: number): Promise<string[]> {
  const { grafana, signal } = context;
  const present = new Map(
    ((await orgsOf(context, id)) ?? []).map((one) => [stringAt(one, 'name'), stringAt(one, 'role')]),
  );
  const losses: string[] = [];
  for (const { org, role } of membershipsOf(item.content.body)) {
    const found = await ifFound(grafana.get(`/api/orgs/name/${encodeURIComponent(org)}`, { signal }));
    const orgId = numberAt(found, 'id');
    if (orgId === undefined) {
      losses.push(`membership of ${org}: no such org here`);
    } else if (!present.has(org)) {
      await grafana.post(`/api/orgs/${orgId}/users`, { loginOrEmail: item.uid, role }, { signal });
    } else if (present.get(org) !== role) {
      await grafana.patch(`/api/orgs/${orgId}/users/${id}`, { role }, { signal });
    }
  }
  return losses;
}
