import { canInFolder, canWithDashboard } from '../../access.ts';
import type { Call } from '../../http/call.ts';
import { slugOf } from '../../dashboards.ts';
import type { Dashboard, Folder, Org } from '../../model/model.ts';
import { problem } from '../../http/problems.ts';
import type { Router } from '../../http/router.ts';

type Hit = { type: 'dash-folder'; item: Folder } | { type: 'dash-db'; item: Dashboard };

const ordered = new WeakMap<Org, { revision: number; hits: Hit[] }>();

export function searchRoutes(router: Router): void {
  router.on('GET /api/search', (call) => {
    const limit = call.number('limit', 1000);
    if (limit > 5000) {
      throw problem(422, 'Limit is above maximum allowed (5000), use page parameter to access hits beyond limit');
    }
    const start = (Math.max(1, call.number('page', 1)) - 1) * limit;
    const wanted = filterOf(call);
    const found: unknown[] = [];
    let seen = 0;
    for (const hit of hitsOf(call.org)) {
      if (wanted(hit) && seen++ >= start && found.length < limit) {
        found.push(hitDto(call, hit));
      }
    }
    return found;
  });
}

/** Folders first, then dashboards, each by title. */
function hitsOf(org: Org): Hit[] {
  const entries = [...org.index.entries()];
  const known = ordered.get(org);
  if (known?.revision === org.index.revision) {
    return known.hits;
  }
  const hits = entries
    .map(({ type, uid }) => ({ type, item: (type === 'dash-db' ? org.dashboards : org.folders).get(uid) }) as Hit)
    .filter((hit) => hit.item !== undefined)
    .sort(
      (a, b) =>
        (a.type === b.type ? 0 : a.type === 'dash-folder' ? -1 : 1) ||
        (a.item.title < b.item.title ? -1 : a.item.title > b.item.title ? 1 : a.item.id - b.item.id),
    );
  ordered.set(org, { revision: org.index.revision, hits });
  return hits;
}

function filterOf(call: Call): (hit: Hit) => boolean {
  const { query, org, identity } = call;
  const type = query.get('type');
  const text = query.get('query')?.toLowerCase() ?? '';
  const tags = query.getAll('tag');
  const uids = query.getAll('dashboardUIDs').flatMap((list) => list.split(','));
  const folders = query.getAll('folderUIDs').flatMap((list) => list.split(','));
  return (hit) => {
    const holder = hit.type === 'dash-db' ? hit.item.folderUid : hit.item.parentUid;
    return (
      (type === null || type === '' || type === hit.type) &&
      (text === '' || hit.item.title.toLowerCase().includes(text)) &&
      tags.every((tag) => hit.type === 'dash-db' && hit.item.tags.includes(tag)) &&
      (uids.length === 0 || uids.includes(hit.item.uid)) &&
      (folders.length === 0 || folders.includes(holder === '' ? 'general' : holder)) &&
      (hit.type === 'dash-db'
        ? canWithDashboard(identity, org, 'dashboards:read', hit.item)
        : canInFolder(identity, org, 'folders:read', hit.item.uid))
    );
  };
}

function hitDto(call: Call, hit: Hit): unknown {
  const { item } = hit;
  const slug = slugOf(item.title);
  const holder = call.org.folders.get(hit.type === 'dash-db' ? hit.item.folderUid : hit.item.parentUid);
  return {
    id: item.id,
    uid: item.uid,
    orgId: call.org.id,
    title: item.title,
    uri: `db/${slug}`,
    url: hit.type === 'dash-db' ? `/d/${item.uid}/${slug}` : `/dashboards/f/${item.uid}/${slug}`,
    slug: '',
    type: hit.type,
    tags: hit.type === 'dash-db' ? hit.item.tags : [],
    isStarred: false,
    ...(holder
      ? {
          ...(call.profile.numericIdRoutes ? { folderId: holder.id } : {}),
          folderUid: holder.uid,
          folderTitle: holder.title,
          folderUrl: `/dashboards/f/${holder.uid}/${slugOf(holder.title)}`,
        }
      : {}),
    sortMeta: 0,
    isDeleted: false,
  };
}
