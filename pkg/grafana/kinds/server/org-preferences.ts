import { compact } from '../../../contract/compact.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import { isJsonObject, objectAt, stringAt, type Json, type JsonObject, without } from '../../../lib/json/json.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { accountDirectoryOf } from '../../account-directory.ts';
import { GrafanaError, ifFound, isNotFound } from '../../http/errors.ts';
import { withoutEmpty } from '../../natural-key.ts';
import type { KindDefinition } from '../definition.ts';
import type { KindContext, Restorable, WriteContext, Written } from '../kind.ts';
import type { Content } from '../content.ts';

const ORG = 'org';
const TEAM = 'team:';
const HOME = 'homeDashboardUID';

/**
 * Preferences of the org (uid `org`) and of each team that has any (uid `team:<name>`): theme, time zone, week start,
 * language, home dashboard. Written last, because Grafana refuses a home dashboard that does not exist. The home
 * dashboard is kept by uid; its numeric id means nothing elsewhere. `PUT` replaces all of them, so all are sent.
 * Preferences of single users can be read by nobody but themselves.
 */
export const orgPreferences: KindDefinition = {
  name: 'org-preferences',
  declaration: {
    plural: 'Preferences of organizations and teams',
    scope: 'org',
    restored: 'yes',
    identity: 'kept',
    lost: ['personal preferences'],
    minimumVersion: '10.4',
    rights: ['orgs.preferences:read', 'teams:read on teams:*'],
  },
  dependsOn: ['dashboard', 'team'],
  writes: 'serial',
  deletable: true,

  async *list(context) {
    const org = await readPreferences(context, ORG);
    yield compact({ uid: ORG, title: titleOf(ORG), content: org });
    for (const team of await (await accountDirectoryOf(context)).teams()) {
      const uid = TEAM + (stringAt(team, 'name') ?? '');
      const content = await readPreferences(context, uid);
      if (content !== undefined && content.pristine === undefined) {
        yield { uid, title: titleOf(uid), content };
      }
    }
  },

  read: (context, listed) => readPreferences(context, listed.uid),

  deletedAlong: {
    owner: 'team',
    fact: 'team',
    async *of(context, team) {
      const uid = TEAM + team;
      const content = await readPreferences(context, uid);
      if (content !== undefined && content.pristine === undefined) {
        yield { uid, title: titleOf(uid) };
      }
    },
  },

  references(content) {
    const home = stringAt(content.body, HOME);
    const team = content.facts?.['team'];
    return [
      ...(home === undefined ? [] : [{ kind: 'dashboard' as const, uid: home }]),
      ...(typeof team === 'string' ? [{ kind: 'team' as const, uid: team, required: true as const }] : []),
    ];
  },

  rename(content, renamed) {
    const home = stringAt(content.body, HOME);
    return home === undefined
      ? content
      : { ...content, body: { ...objectAt(content.body), [HOME]: renamed({ kind: 'dashboard', uid: home }) } };
  },

  write,
  onlyResets: (uid) => uid !== ORG,
  omitsDefaults: true,

  /** Resets those of a team. */
  async remove(context, uid) {
    await write(context, { uid, content: { body: {}, title: titleOf(uid) } });
  },
};

function titleOf(uid: string): string {
  return uid === ORG ? 'Preferences of the org' : `Preferences of team ${uid.slice(TEAM.length)}`;
}

/** Undefined when there is no such team. */
async function pathOf(context: KindContext, uid: string): Promise<string | undefined> {
  if (uid === ORG) {
    return '/api/org/preferences';
  }
  const id = await (await accountDirectoryOf(context)).teamId(uid.slice(TEAM.length));
  return id === undefined ? undefined : `/api/teams/${id}/preferences`;
}

async function readPreferences(context: KindContext, uid: string): Promise<Content | undefined> {
  const path = await pathOf(context, uid);
  const answer = path === undefined ? undefined : await ifFound(context.grafana.get(path, { signal: context.signal }));
  if (answer === undefined) {
    return undefined;
  }
  if (!isJsonObject(answer)) {
    throw new DashkeepError('DK_GRAFANA_ANSWER', `GET ${path}: the response is not the requested resource`);
  }
  return preferencesContent(uid, answer);
}

/** What the API returns of preferences, as content. */
export function preferencesContent(uid: string, answer: Json): Content {
  const body = bodyOf(answer);
  return {
    body,
    title: titleOf(uid),
    ...(uid === ORG ? {} : { facts: { team: uid.slice(TEAM.length) } }),
    ...(Object.keys(body).length === 0 ? { pristine: true } : {}),
  };
}

function bodyOf(answer: Json): JsonObject {
  const preferences = without(objectAt(answer) ?? {}, 'id', 'homeDashboardId');
  const nested = Object.entries(preferences).map(([name, value]) => {
    const inner = objectAt(value);
    return [name, inner === undefined ? value : withoutEmpty(inner)] as const;
  });
  return withoutEmpty(Object.fromEntries(nested));
}

async function write(context: WriteContext, item: Restorable): Promise<Written> {
  const { grafana, signal } = context;
  const path = await pathOf(context, item.uid);
  if (path === undefined) {
    return { uid: item.uid, losses: [reason('team-missing', { team: item.uid.slice(TEAM.length) })] };
  }
  const body = objectAt(item.content.body) ?? {};
  const home = stringAt(body, HOME);
  if (home !== undefined && (await dashboardIsMissing(context, home))) {
    await grafana.put(path, { ...body, [HOME]: '' }, { signal });
    return { uid: item.uid, losses: [reason('home-missing', { uid: home })] };
  }
  // From 12 on a home dashboard stays unless another one is sent, or none.
  await grafana.put(path, home === undefined ? { ...body, [HOME]: '' } : body, { signal });
  return { uid: item.uid, losses: [] };
}

/** Asked by the legacy route, which refuses a v2 dashboard with 406: that one exists. */
async function dashboardIsMissing(context: KindContext, uid: string): Promise<boolean> {
  try {
    await context.grafana.get(`/api/dashboards/uid/${encodeURIComponent(uid)}`, { signal: context.signal });
  } catch (error) {
    if (isNotFound(error)) {
      return true;
    }
    if (!(error instanceof GrafanaError && error.httpStatus === 406)) {
      throw error;
    }
  }
  return false;
}
