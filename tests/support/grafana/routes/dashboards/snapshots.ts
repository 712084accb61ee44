import { numberAt, objectAt, stringAt } from '../../../../../pkg/lib/json/json.ts';
import type { Call } from '../../http/call.ts';
import type { DashboardSnapshot } from '../../model/content.ts';
import { problem } from '../../http/problems.ts';
import type { Router } from '../../http/router.ts';

/** Fifty years: what a snapshot without an end gets. */
const NEVER_MS = 50 * 365 * 24 * 3_600_000;

/** Who is said to have made each snapshot. */
const AUTHOR = 1;

export function snapshotRoutes(router: Router): void {
  router.on('GET /api/dashboard/snapshots', (call) => {
    call.require('snapshots:read');
    const text = (call.query.get('query') ?? '').toLowerCase();
    const { role, id } = call.identity;
    // Others than admins see their own (dashboardsnapshots SearchDashboardSnapshots); here the first user makes all.
    const isShown = role === 'Admin' || id === AUTHOR;
    return (isShown ? [...call.org.snapshots.values()] : [])
      .filter((snapshot) => snapshot.name.toLowerCase().includes(text))
      .slice(0, call.number('limit', 1000))
      .map((snapshot) => ({
        id: snapshot.id,
        name: snapshot.name,
        key: snapshot.key,
        orgId: call.org.id,
        userId: AUTHOR,
        external: snapshot.external,
        externalUrl: '',
        expires: iso(snapshot.expires),
        created: iso(snapshot.created),
        updated: iso(snapshot.created),
      }));
  });
  // Anyone who has the key gets it, without logging in and in any organization (api.go, GetDashboardSnapshot).
  router.on('GET /api/snapshots/:key', (call) => {
    const snapshot = find(call);
    const { created, expires } = snapshot;
    const meta = { type: 'snapshot', isSnapshot: true, canSave: false, created: iso(created), expires: iso(expires) };
    return { meta, dashboard: snapshot.dashboard };
  });
  router.on('POST /api/snapshots', (call) => {
    call.require('snapshots:create');
    const body = call.json();
    const dashboard = objectAt(body, 'dashboard');
    if (dashboard === undefined) {
      throw problem(400, 'bad request data');
    }
    const uid = stringAt(dashboard, 'uid') ?? '';
    if (!call.org.dashboards.has(uid)) {
      throw problem(400, 'Dashboard not found');
    }
    // A key is made up only when none is sent.
    const sent = stringAt(body, 'key');
    if (sent && all(call).some(({ key }) => key === sent)) {
      throw problem(500, 'Failed to create snapshot');
    }
    const now = call.state.now();
    const seconds = numberAt(body, 'expires') ?? 0;
    const snapshot: DashboardSnapshot = {
      id: call.state.nextId(),
      key: sent || call.state.random.id(32),
      deleteKey: stringAt(body, 'deleteKey') || call.state.random.id(32),
      name: stringAt(body, 'name') || 'Unnamed snapshot',
      dashboard: {
        ...dashboard,
        snapshot: { ...objectAt(dashboard, 'snapshot'), originalUrl: `http://grafana/d/${uid}` },
      },
      external: body['external'] === true,
      expires: seconds > 0 ? now + seconds * 1000 : now + NEVER_MS,
      created: now,
    };
    call.org.snapshots.set(snapshot.key, snapshot);
    return {
      id: snapshot.id,
      key: snapshot.key,
      deleteKey: snapshot.deleteKey,
      url: `/dashboard/snapshot/${snapshot.key}`,
      deleteUrl: `/api/snapshots-delete/${snapshot.deleteKey}`,
    };
  });
  router.on('DELETE /api/snapshots/:key', (call) => {
    call.require('snapshots:delete');
    if (!call.org.snapshots.delete(find(call).key)) {
      throw problem(401, 'OrgID mismatch');
    }
    return { message: 'Snapshot deleted. It might take an hour before it is cleared from any CDN caches.' };
  });
}

function all({ state }: Call): DashboardSnapshot[] {
  return [...[...state.orgs.values()].flatMap(({ snapshots }) => [...snapshots.values()]), ...state.leftSnapshots];
}

function find(call: Call): DashboardSnapshot {
  const snapshot = all(call).find(({ key }) => key === call.param('key'));
  if (snapshot === undefined || snapshot.expires <= call.state.now()) {
    throw problem(404, 'Dashboard snapshot not found');
  }
  return snapshot;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
