import { objectAt } from '../../../lib/json/json.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { refusal } from '../../../contract/reasons/reason.ts';
import { atLeast } from '../../capabilities.ts';
import { servedWhole } from '../../rights.ts';
import { ifFound } from '../../http/errors.ts';
import { glanceAtDashboards, listDashboards } from './dashboard/apis.ts';
import { isV2Version } from './dashboard/content.ts';
import { listBySearch, readLegacy, writeLegacy } from './dashboard/legacy.ts';
import { keepListed, keepRead } from './dashboard/listed.ts';
import { dashboardReferences, renameInDashboard } from './dashboard/references.ts';
import { readApis, usableVersions } from './dashboard/stored.ts';
import { writeApis } from './dashboard/write.ts';
import type { Forecast, Kind, KindContext, Restorable, WriteContext, Written } from '../kind.ts';
import type { Content } from '../content.ts';
import { withTitle } from '../title.ts';

/**
 * Dashboards, classic (v1) and dynamic (v2). A classic one is stored as its plain JSON with `uid`, without `id` and
 * `version`, whichever API it was read through; a v2 one as its own object `{apiVersion, kind, metadata: {name}, spec}`
 * in the version that Grafana stores, because converting it loses tabs and layouts.
 */
export const dashboard: Kind = {
  name: 'dashboard',
  declaration: {
    plural: 'Dashboards',
    scope: 'org',
    restored: 'yes',
    identity: 'kept',
    lost: ['numeric ID', 'author and dates', 'version history', 'stars'],
    minimumVersion: '10.4',
    rights: ['dashboards:read on dashboards:* and folders:*'],
  },
  dependsOn: ['folder', 'data-source', 'library-panel'],
  writes: 'parallel',
  inFolders: true,
  uidIsMadeUp: true,
  largeBodies: true,
  readsLate: true,
  deletable: true,
  readBackAtOnce: true,
  confirmDeleted: true,

  async serves(context) {
    const { version, groupsRefused } = context.capabilities;
    // Nothing in the responses of 12.4 says which dashboards it converted.
    if (usableVersions(context).length > 0 || !atLeast(context.capabilities, 12)) {
      return servedWhole(context, 'dashboards:read', 'dashboards', 'folders');
    }
    const lacking =
      groupsRefused === true
        ? refusal('DK_GRAFANA_FORBIDDEN', reason('apis-refused', { version }), { advice: reason('give-role') })
        : refusal('DK_GRAFANA_ANSWER', reason('dashboards-converted', { version }));
    return { served: true, lacking };
  },

  list(context, known, begin) {
    const list = usableVersions(context).length === 0 ? listBySearch(context) : listDashboards(context, known, begin);
    return keepListed(context, list);
  },

  listConverted(context) {
    return usableVersions(context).length === 0 ? listBySearch(context) : glanceAtDashboards(context);
  },

  async read(context, listed) {
    const { uid } = listed;
    const content = usableVersions(context).length === 0 ? readLegacy(context, uid) : readApis(context, listed);
    return keepRead(context, uid, await content);
  },

  references: dashboardReferences,
  rename: renameInDashboard,
  copy: copyDashboard,
  retitle: retitleDashboard,

  moveTo(content, folderUid) {
    return { ...content, folderUid };
  },

  forecast,
  write,

  async remove(context, uid) {
    const path = `/api/dashboards/uid/${encodeURIComponent(uid)}`;
    await ifFound(context.grafana.delete(path, { signal: context.signal }));
  },
};

function copyDashboard(content: Content, uid: string): Content {
  const body = objectAt(content.body) ?? {};
  return isV2Version(content.apiVersion)
    ? { ...content, body: { ...body, metadata: { ...objectAt(body, 'metadata'), name: uid } } }
    : { ...content, body: { ...body, uid } };
}

function retitleDashboard(content: Content, title: string): Content {
  const body = objectAt(content.body) ?? {};
  const spec = objectAt(body, 'spec');
  return spec === undefined
    ? withTitle(content, title)
    : { ...content, title, body: { ...body, spec: { ...spec, title } } };
}

async function forecast(context: WriteContext, item: Restorable): Promise<Forecast> {
  const { content } = item;
  if (isV2Version(content.apiVersion) && servedVersion(context, content) === undefined) {
    const { version } = context.capabilities;
    return { losses: [], blocked: reason('api-version', { version, apiVersion: content.apiVersion ?? '' }) };
  }
  return { losses: [] };
}

/** The version to write it in: the one it was stored in; undefined when the target lacks it. */
function servedVersion(context: KindContext, content: Content): string | undefined {
  const version = content.apiVersion?.split('/')[1];
  return version !== undefined && usableVersions(context).includes(version) ? version : undefined;
}

async function write(context: WriteContext, item: Restorable): Promise<Written> {
  const version = servedVersion(context, item.content);
  if (version !== undefined) {
    await writeApis(context, item, version);
  } else {
    await writeLegacy(context, item);
  }
  return { uid: item.uid, losses: [] };
}
