import { createHash } from 'node:crypto';
import { numberAt, objectAt, stringAt, type Json, type JsonObject, without } from '../../../lib/json/json.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { refusal } from '../../../contract/reasons/reason.ts';
import { ifFound, isGrafanaError } from '../../http/errors.ts';
import { resourceIn } from '../../http/expected.ts';
import { listAt } from '../../http/pagination/lists.ts';
import { listNumbered } from '../../http/pagination/numbered.ts';
import { servedWhole } from '../../rights.ts';
import { securityChange, switchText } from '../security/change.ts';
import type { Forecast, Kind, KindContext, Restorable, Serving, WriteContext, Written } from '../kind.ts';
import type { Content } from '../content.ts';
import { ABOUT_A_DAY } from '../stale-after.ts';

const LIST = '/api/dashboards/public-dashboards';

/** Facts, not content; the recipients of an email share hold personal data and cannot be written back. */
const VOLATILE = ['createdBy', 'updatedBy', 'createdAt', 'updatedAt', 'createdByUser', 'recipients', 'orgId'];

/** What lets anybody who has the link see something: the dashboard, other times than its own, its annotations. */
const SHOWN = ['isEnabled', 'timeSelectionEnabled', 'annotationsEnabled'];

/**
 * Publicly shared dashboards, under the uid of the dashboard: a dashboard has at most one. Creating takes uid and
 * access token, so that links that people have keep working; neither can be changed afterwards. The list shows the link
 * and whether it is enabled, not the other settings (publicdashboards/models PublicDashboardListResponse).
 */
export const publicDashboard: Kind = {
  name: 'public-dashboard',
  declaration: {
    plural: 'Public dashboards',
    scope: 'org',
    restored: 'yes',
    identity: 'kept, with the access token of the link',
    lost: ['recipients of an email share', 'author and dates'],
    minimumVersion: '10.4',
    rights: ['dashboards:read on dashboards:*', 'dashboards.public:write on dashboards:* (to restore)'],
  },
  dependsOn: ['dashboard'],
  writes: 'serial',
  deletable: true,
  deletedWith: 'dashboard',
  leftOutOfDrills: reason('drill-one-link'),

  needs: { feature: 'publicDashboardsEnabled' },

  async serves(context): Promise<Serving> {
    if (context.capabilities.turnedOff.includes('publicDashboardsEnabled')) {
      return { served: false, reason: reason('public-dashboards-off') };
    }
    // The list leaves out those of dashboards that the account may not see.
    return servedWhole(context, 'dashboards:read', 'dashboards', 'folders');
  },

  staleAfter: ABOUT_A_DAY,

  async *list(context) {
    for (const item of await listPublic(context)) {
      const uid = stringAt(item, 'dashboardUid') ?? '';
      yield { uid, title: stringAt(item, 'title') ?? uid, revision: revisionOf(item) };
    }
  },

  async read(context, listed) {
    const answer = await readPublic(context, listed.uid);
    return answer === undefined ? undefined : publicDashboardContent(answer, listed.title);
  },

  references(content) {
    return [{ kind: 'dashboard', uid: stringAt(content.body, 'dashboardUid') ?? '', required: true }];
  },

  rename(content, renamed) {
    const dashboardUid = renamed({ kind: 'dashboard', uid: stringAt(content.body, 'dashboardUid') ?? '' });
    return { ...content, body: { ...objectAt(content.body), dashboardUid } };
  },

  /** A copy gets its own link: two dashboards cannot share one. */
  copy(content, uid) {
    const own = without(objectAt(content.body) ?? {}, 'uid', 'accessToken');
    return { ...content, body: { ...own, dashboardUid: uid } };
  },

  /** Grafana cannot change the link of a dashboard that is shared. */
  merge(content, live) {
    const link = Object.entries(objectAt(live.body) ?? {}).filter(([name]) => name === 'uid' || name === 'accessToken');
    return { ...content, body: { ...objectAt(content.body), ...Object.fromEntries(link) } };
  },

  forecast,

  /** Whether anyone sees more than before. A link may have been ended before its dashboard was deleted. */
  securityChanges({ content, live }) {
    const isOn = (body: Json | undefined, field: string): boolean => objectAt(body)?.[field] === true;
    const shared = live !== undefined && isOn(live.body, 'isEnabled');
    const isShared = isOn(content.body, 'isEnabled');
    const opened = (isShared ? SHOWN : [])
      .filter((field) => isOn(content.body, field) && !(shared && isOn(live?.body, field)))
      .map((field) => {
        const before = live === undefined ? undefined : switchText(isOn(live.body, field));
        return securityChange('public', { field, before, after: 'yes' });
      });
    const forAll = isShared && shared && isByEmail(live.body) && !isByEmail(content.body);
    return forAll
      ? [securityChange('public', { field: 'share', before: 'email', after: 'public' }), ...opened]
      : opened;
  },

  write,

  async remove(context, uid) {
    const live = await readPublic(context, uid);
    const own = stringAt(live, 'uid');
    if (own !== undefined) {
      await ifFound(context.grafana.delete(`${pathOf(uid)}/${encodeURIComponent(own)}`, { signal: context.signal }));
    }
  },
};

/**
 * Each such request makes Grafana search its dashboards, which takes it seconds where there are thousands. The list's
 * parameters are `page` and `perpage` (publicdashboards/api/api.go).
 */
function listPublic(context: KindContext): Promise<JsonObject[]> {
  return listNumbered(
    context.grafana,
    {
      path: LIST,
      size: 1000,
      sizeName: 'perpage',
      items: (answer) => listAt(answer, 'publicDashboards'),
      total: (answer) => numberAt(answer, 'totalCount'),
      key: (item) => stringAt(item, 'uid') ?? '',
    },
    context.signal,
  );
}

/** Differs when the link does, or whether it is enabled. A hash: manifests must not show access tokens. */
function revisionOf(item: JsonObject): string {
  const shown = [item['uid'], item['accessToken'], item['isEnabled']].map(String).join('/');
  return createHash('sha256').update(shown).digest('hex').slice(0, 16);
}

function pathOf(dashboardUid: string): string {
  return `/api/dashboards/uid/${encodeURIComponent(dashboardUid)}/public-dashboards`;
}

async function readPublic(context: KindContext, dashboardUid: string): Promise<Json | undefined> {
  const path = pathOf(dashboardUid);
  const answer = await ifFound(context.grafana.get(path, { signal: context.signal }));
  return answer === undefined ? undefined : resourceIn(answer, path, 'dashboardUid', dashboardUid);
}

/** What the API returns of a shared dashboard, as content. */
export function publicDashboardContent(answer: Json, title: string): Content {
  return { body: without(objectAt(answer) ?? {}, ...VOLATILE), title };
}

async function forecast(_context: WriteContext, item: Restorable): Promise<Forecast> {
  return { losses: [...keptLink(item), ...lostRecipients(item.content.body)] };
}

function keptLink({ content, live }: Restorable): KnownReason[] {
  const wanted = stringAt(content.body, 'accessToken');
  const present = stringAt(live?.body, 'accessToken');
  return present === undefined || wanted === undefined || present === wanted ? [] : [reason('link-kept')];
}

/** Whether only those whom an email invited see it (Enterprise and Cloud); all others with the link do otherwise. */
function isByEmail(body: Json): boolean {
  return stringAt(body, 'share') === 'email';
}

function lostRecipients(body: Json): KnownReason[] {
  return isByEmail(body) ? [reason('recipients-lost')] : [];
}

/** Grafana keeps the links of an organization that is deleted (publicdashboards/models/errors.go). */
function refuseTakenLink(error: unknown): never {
  const isTaken = isGrafanaError(error) && /^publicdashboards\.(uid|accessToken)Exists$/.test(error.reason ?? '');
  throw isTaken ? refusal('DK_GRAFANA_REFUSED', reason('link-taken'), { cause: error }) : error;
}

async function write(context: WriteContext, item: Restorable): Promise<Written> {
  const { grafana, signal } = context;
  const body: JsonObject = { ...objectAt(item.content.body) };
  const live = await readPublic(context, item.uid);
  const liveUid = stringAt(live, 'uid');
  // A dashboard that is made again within half a minute after it was deleted still has its link.
  const isLeftOver = item.live === undefined && liveUid !== undefined;
  const sameLink = ['uid', 'accessToken'].every(
    (name) => body[name] === undefined || body[name] === stringAt(live, name),
  );
  if (isLeftOver && !sameLink) {
    await publicDashboard.remove?.(context, item.uid);
  }
  if (liveUid === undefined || (isLeftOver && !sameLink)) {
    await grafana.post(pathOf(item.uid), without(body, 'dashboardUid'), { signal }).catch(refuseTakenLink);
  } else {
    const settings = without(body, 'uid', 'accessToken', 'dashboardUid');
    await grafana.patch(`${pathOf(item.uid)}/${encodeURIComponent(liveUid)}`, settings, { signal });
  }
  return { uid: item.uid, losses: [...keptLink(item), ...lostRecipients(body)] };
}
