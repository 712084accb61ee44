import { createHash, randomBytes } from 'node:crypto';
import { DashkeepError } from '../../../contract/errors.ts';
import { compact } from '../../../contract/compact.ts';
import { arrayAt, numberAt, objectAt, stringAt, type Json, type JsonObject } from '../../../lib/json/json.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { accountOf, isSameName } from '../../accounts.ts';
import { GrafanaError, ifFound } from '../../http/errors.ts';
import { resourceIn } from '../../http/expected.ts';
import { listAt } from '../../http/pagination/lists.ts';
import { eachNumbered, listNumbered, type NumberedList } from '../../http/pagination/numbered.ts';
import { isUserBetween } from './user/half-updated.ts';
import { userSecurity } from './user/security.ts';
import type { Forecast, Kind, KindContext, Restorable, WriteContext, Written } from '../kind.ts';
import type { Content } from '../content.ts';
import {
  joiningOnly,
  leavingOf,
  membershipsOf,
  orgsOf,
  rolesById,
  ROLES,
  setMemberships,
  sorted,
  wantedIn,
  type Membership,
  type WantedMembership,
} from './user/memberships.ts';
import { isUnfinished, nameOf, NO_NAME, UNFINISHED } from './user/name.ts';
import { createAccount, ownOrgOfUnfinished, removeOwnOrg, type Created } from './user/own-org.ts';

/** Enough that nobody guesses it before the person sets their own. */
const PASSWORD_BYTES = 24;

/**
 * Users of the whole server by login, with their orgs and roles. Grafana never gives out a password, so one that is
 * created again gets a random password that nobody knows (or the one supplied); users of single sign-on or LDAP come
 * back by signing in. Memberships end as they are in the snapshot; an existing account keeps those of organizations
 * that the snapshot does not know, stays a server admin or enabled if it is, and is never deleted.
 */
export const user: Kind = {
  name: 'user',
  declaration: {
    plural: 'Users',
    scope: 'server',
    restored: 'on request',
    identity: 'login kept; new numeric ID and UID',
    lost: ['password (set a new one)', 'preferences, stars and query history', 'current organization', 'sessions'],
    minimumVersion: '10.4',
    rights: ['a server admin with basic authentication'],
  },
  dependsOn: ['org'],
  writes: 'serial',
  hasMemberships: true,
  leaving: leavingOf,

  async serves(context) {
    return context.serverAdmin ? { served: true } : { served: false, reason: reason('needs-server-admin') };
  },

  async *list(context) {
    const roles = await rolesById(context);
    for await (const item of eachNumbered(context.grafana, ACCOUNTS, context.signal)) {
      const login = stringAt(item, 'login') ?? '';
      const its = roles.get(numberAt(item, 'id'));
      const revision = its === undefined ? undefined : revisionOf(item, its);
      yield compact({ uid: login, title: nameOf(item) || login, revision });
    }
  },

  async read(context, listed) {
    const id = numberAt(await accountOf(context.grafana, listed.uid, context.signal), 'id');
    if (id === undefined) {
      return undefined;
    }
    // What the look-up answers lacks before Grafana 12 whether the account is disabled, and where it comes from.
    const { grafana, signal } = context;
    const path = `/api/users/${id}`;
    const [profile, orgs] = await Promise.all([ifFound(grafana.get(path, { signal })), orgsOf(context, id)]);
    return profile === undefined || orgs === undefined
      ? undefined
      : userContent(resourceIn(profile, path, 'id', id), orgs);
  },

  references(content) {
    return membershipsOf(content.body).map(({ org }) => ({ kind: 'org', uid: org }));
  },

  /** Memberships of orgs that the snapshot does not know stay. */
  merge(content, live) {
    const { snapshotOrgs } = content;
    const joining = joiningOnly(content, live);
    if (joining !== undefined) {
      return joining;
    }
    if (snapshotOrgs === undefined) {
      return content;
    }
    const others = membershipsOf(live.body).filter(({ org }) => !snapshotOrgs.has(org));
    return {
      ...content,
      body: { ...objectAt(content.body), orgs: sorted([...membershipsOf(content.body), ...others]) },
    };
  },

  /** Anyone who creates an org is its admin immediately. */
  before(body, isWritten) {
    const orgs = membershipsOf(body).filter(({ org }) => !isWritten({ kind: 'org', uid: org }));
    return { ...objectAt(body), orgs };
  },

  isBetween: isUserBetween,
  forecast,

  securityChanges({ content, live }) {
    return userSecurity(content.body, live?.body);
  },

  write,
};

/** Changes with everything that a snapshot holds of an account: reading one takes two requests. */
function revisionOf({ id, name, email, isAdmin, isDisabled, authLabels }: JsonObject, roles: string[]): string {
  const content = [id, name, email, isAdmin, isDisabled, authLabels, roles];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
}

const ACCOUNTS: NumberedList = {
  path: '/api/users/search',
  size: 1000,
  sizeName: 'perpage',
  items: (answer) => listAt(answer, 'users'),
  total: (answer) => numberAt(answer, 'totalCount'),
  key: (item) => stringAt(item, 'login') ?? '',
};

/** What the API returns of an account and its organizations, as content. */
export function userContent(found: Json, orgs: JsonObject[]): Content {
  const login = stringAt(found, 'login') ?? '';
  const memberships = orgs.map((one) => ({ org: stringAt(one, 'name') ?? '', role: stringAt(one, 'role') ?? '' }));
  const labels = arrayAt(found, 'authLabels') ?? [];
  return {
    body: {
      login,
      email: stringAt(found, 'email') ?? '',
      name: nameOf(found),
      isGrafanaAdmin: objectAt(found)?.['isGrafanaAdmin'] === true,
      isDisabled: objectAt(found)?.['isDisabled'] === true,
      ...(labels.length === 0 ? {} : { authLabels: labels }),
      orgs: sorted(memberships),
    },
    title: nameOf(found) || login,
    ...(isFactoryAdmin(found, login, memberships) ? { pristine: true } : {}),
    ...(isUnfinished(found) ? { unfinished: true } : {}),
  };
}

/**
 * The admin that Grafana makes at its first start; anyone who creates an org is its admin, which changes nothing about
 * it.
 */
function isFactoryAdmin(found: Json, login: string, memberships: readonly Membership[]): boolean {
  return (
    stringAt(found, 'email') === `${login}@localhost` &&
    nameOf(found) === '' &&
    objectAt(found)?.['isGrafanaAdmin'] === true &&
    memberships.every(({ role }) => role === 'Admin')
  );
}

async function forecast(context: WriteContext, asked: Restorable): Promise<Forecast> {
  const item = { ...asked, content: joiningOnly(asked.content, asked.live) ?? asked.content };
  if (item.live === undefined && (arrayAt(item.content.body, 'authLabels') ?? []).length > 0) {
    return { losses: [], blocked: reason('account-from-sign-in') };
  }
  const taken = await takenEmail(context, item);
  return {
    losses: [...lostPassword(context, item), ...keptAsItIs(item)],
    ...(taken === undefined ? {} : { blocked: taken }),
  };
}

/** Grafana gives an e-mail address to one account only. */
async function takenEmail(context: KindContext, { uid, content, live }: Restorable): Promise<KnownReason | undefined> {
  const email = stringAt(content.body, 'email') ?? '';
  if (email === '' || isSameName(email, stringAt(live?.body, 'email'))) {
    return undefined;
  }
  const accounts = await context.memo('accounts', () => listNumbered(context.grafana, ACCOUNTS, context.signal));
  const other = accounts.find((one) => isSameName(stringAt(one, 'email'), email));
  const login = stringAt(other, 'login') ?? '';
  return other === undefined || isSameName(login, uid) ? undefined : reason('email-taken', { email, login });
}

/**
 * Only what a restore creates becomes a server admin; an account with the mark of an unfinished one is no exception,
 * for everyone may choose their own name. It is disabled, though, as one that was created.
 */
function keptAsItIs({ content, live }: Restorable): KnownReason[] {
  if (live === undefined) {
    return [];
  }
  const differs = (name: string): boolean =>
    objectAt(content.body)?.[name] === true && objectAt(live.body)?.[name] !== true;
  const staysAdmin =
    objectAt(live.body)?.['isGrafanaAdmin'] === true && objectAt(content.body)?.['isGrafanaAdmin'] === false;
  return [
    ...(differs('isGrafanaAdmin') ? [reason('no-server-admin')] : staysAdmin ? [reason('stays-server-admin')] : []),
    ...(differs('isDisabled') && !isUnfinished(live.body) ? [reason('not-disabled')] : []),
  ];
}

function lostPassword(context: WriteContext, item: Restorable): KnownReason[] {
  const isNew = item.live === undefined;
  const isSupplied = context.secrets('user', item.uid)?.['password'] !== undefined;
  return isNew === isSupplied ? [] : [reason(isNew ? 'password-missing' : 'password-unused')];
}

async function write(context: WriteContext, asked: Restorable): Promise<Written> {
  const item = { ...asked, content: joiningOnly(asked.content, asked.live) ?? asked.content };
  const { grafana, signal } = context;
  const body = objectAt(item.content.body) ?? {};
  const isNamed = item.live === undefined || nameOf(item.live.body) !== '';
  const name = stringAt(body, 'name') || (isNamed ? NO_NAME : '');
  const words = { login: item.uid, email: stringAt(body, 'email') ?? '', name };
  const { wanted, losses } = await wantedIn(context, membershipsOf(body));
  if (item.live === undefined) {
    const { id, ownOrg } = await create(context, item, words, wanted);
    if (ownOrg !== undefined) {
      await removeOwnOrg(context, ownOrg, id);
    }
    if (body['isGrafanaAdmin'] === true) {
      await grafana.put(`/api/admin/users/${id}/permissions`, { isGrafanaAdmin: true }, { signal });
    }
    await finish(context, { id, login: item.uid }, { body, wanted, mayRemove: () => true, mayDisable: true });
    await grafana.put(`/api/users/${id}`, words, { signal });
    return { uid: item.uid, losses: [...lostPassword(context, item), ...losses] };
  }
  const id = numberAt(await accountOf(grafana, item.uid, signal), 'id') ?? 0;
  const { snapshotOrgs } = item.content;
  const mayDisable = isUnfinished(item.live.body);
  const ownOrg = mayDisable ? ownOrgOfUnfinished(stringAt(item.live.body, 'email') ?? '') : undefined;
  if (ownOrg !== undefined) {
    await removeOwnOrg(context, ownOrg, id);
  }
  const mayRemove = (org: string): boolean => snapshotOrgs?.has(org) ?? true;
  await finish(context, { id, login: item.uid }, { body, wanted, mayRemove, mayDisable });
  await grafana.put(`/api/users/${id}`, words, { signal });
  return { uid: item.uid, losses };
}

/** Everything about an account but its name: what takes something away first. */
async function finish(
  context: WriteContext,
  account: { id: number; login: string },
  given: {
    body: JsonObject;
    wanted: readonly WantedMembership[];
    mayRemove: (org: string) => boolean;
    /** Only an account that a restore made is disabled. */
    mayDisable: boolean;
  },
): Promise<void> {
  const { grafana, signal } = context;
  const { body, wanted, mayRemove, mayDisable } = given;
  if (mayDisable && body['isDisabled'] === true) {
    await grafana.post(`/api/admin/users/${account.id}/disable`, {}, { signal });
  }
  await setMemberships(context, account, wanted, mayRemove).catch((error: unknown) => {
    throw lastAdmin(error, account.login) ?? error;
  });
}

/**
 * Creates the account, in the organization where it is to have its highest role: Grafana makes each new account a
 * member of one (`auto_assign_org`) with a default role, which is then no more than what the account is to have.
 */
async function create(
  context: WriteContext,
  item: Restorable,
  words: JsonObject,
  wanted: readonly WantedMembership[],
): Promise<Created> {
  // Not from the run's randomness: a password must be beyond repetition even where a run can be repeated.
  const password = context.secrets('user', item.uid)?.['password'] ?? randomBytes(PASSWORD_BYTES).toString('base64url');
  const [highest] = [...wanted].sort((a, b) => ROLES.indexOf(b.role) - ROLES.indexOf(a.role));
  const body: JsonObject =
    highest === undefined
      ? { ...words, name: UNFINISHED, password }
      : { ...words, name: UNFINISHED, password, orgId: highest.id };
  return createAccount(context, body);
}

function lastAdmin(error: unknown, login: string): DashkeepError | undefined {
  return error instanceof GrafanaError && error.httpStatus === 400
    ? new DashkeepError('DK_GRAFANA_REFUSED', `${login} cannot leave an organization: ${error.message}`, {
        cause: error,
        advice: reason('add-organization-admin'),
      })
    : undefined;
}
