import { canWithDashboard } from '../../access.ts';
import type { Call } from '../../http/call.ts';
import type { PublicDashboard } from '../../model/content.ts';
import { errutil } from '../../http/problems.ts';
import { cleanUp, slugOf } from '../../dashboards.ts';
import type { Router } from '../../http/router.ts';
import { findDashboard } from './dashboards.ts';

const PATH = '/api/dashboards/uid/:uid/public-dashboards';

export function publicDashboardRoutes(router: Router): void {
  router.on('GET /api/dashboards/public-dashboards', (call) => {
    const perPage = call.number('perpage', 1000);
    const page = Math.max(1, call.number('page', 1));
    const all = [...call.org.publicDashboards.values()].flatMap((shared) => {
      const dashboard = call.org.dashboards.get(shared.dashboardUid);
      return dashboard && canWithDashboard(call.identity, call.org, 'dashboards:read', dashboard)
        ? [{ shared, title: dashboard.title }]
        : [];
    });
    const publicDashboards = all.slice((page - 1) * perPage, page * perPage).map(({ shared, title }) => ({
      uid: shared.uid,
      accessToken: shared.accessToken,
      dashboardUid: shared.dashboardUid,
      title,
      slug: slugOf(title),
      isEnabled: shared.isEnabled,
    }));
    return { publicDashboards, totalCount: all.length, page, perPage };
  });
  router.on(`GET ${PATH}`, (call) => {
    cleanUp(call.state, call.org);
    // Only the right is asked for, not whether the dashboard is there (publicdashboards/api GetPublicDashboard).
    const uid = call.org.trash.has(call.param('uid')) ? call.param('uid') : findDashboard(call, 'dashboards:read').uid;
    return found(call.org.publicDashboards.get(uid));
  });
  router.on(`POST ${PATH}`, (call) => {
    call.require('dashboards.public:write', `dashboards:uid:${call.param('uid')}`);
    const dashboard = findDashboard(call, 'dashboards:read');
    const body = call.plain<Partial<PublicDashboard>>();
    call.state.orgs.forEach((org) => cleanUp(call.state, org));
    if (call.org.publicDashboards.has(dashboard.uid)) {
      throw errutil(400, 'publicdashboards.dashboardIsPublic', 'Dashboard is already public');
    }
    const used = [...call.state.orgs.values()].flatMap((org) => [...org.publicDashboards.values()]);
    const taken = [...used, ...call.state.leftLinks];
    if (body.uid && taken.some((one) => one.uid === body.uid)) {
      throw errutil(400, 'publicdashboards.uidExists', 'Dashboard Uid already exists');
    }
    if (body.accessToken && !/^[0-9a-f]{32}$/.test(body.accessToken)) {
      throw errutil(400, 'publicdashboards.invalidAccessToken', 'Invalid access token');
    }
    if (body.accessToken && taken.some((one) => one.accessToken === body.accessToken)) {
      throw errutil(400, 'publicdashboards.accessTokenExists', 'Dashboard Access Token already exists');
    }
    const now = call.state.now();
    const shared: PublicDashboard = {
      uid: body.uid || call.state.newUid(),
      dashboardUid: dashboard.uid,
      accessToken: body.accessToken || hex(call, 32),
      ...flags(body, undefined),
      recipients: [],
      createdBy: call.identity.id,
      created: now,
      updated: now,
    };
    call.org.publicDashboards.set(dashboard.uid, shared);
    return dto(shared);
  });
  router.on(`PATCH ${PATH}/:shared`, (call) => {
    call.require('dashboards.public:write', `dashboards:uid:${call.param('uid')}`);
    const shared = call.org.publicDashboards.get(call.param('uid'));
    if (shared === undefined || shared.uid !== call.param('shared')) {
      throw notFound();
    }
    Object.assign(shared, flags(call.plain<Partial<PublicDashboard>>(), shared), { updated: call.state.now() });
    return dto(shared);
  });
  router.on(`DELETE ${PATH}/:shared`, (call) => {
    call.require('dashboards.public:write', `dashboards:uid:${call.param('uid')}`);
    if (call.org.publicDashboards.get(call.param('uid'))?.uid !== call.param('shared')) {
      throw notFound();
    }
    call.org.publicDashboards.delete(call.param('uid'));
    return {};
  });
}

function flags(body: Partial<PublicDashboard>, old: PublicDashboard | undefined) {
  return {
    isEnabled: body.isEnabled ?? old?.isEnabled ?? false,
    annotationsEnabled: body.annotationsEnabled ?? old?.annotationsEnabled ?? false,
    timeSelectionEnabled: body.timeSelectionEnabled ?? old?.timeSelectionEnabled ?? false,
    share: body.share || old?.share || 'public',
  };
}

function hex(call: Call, length: number): string {
  return Array.from({ length }, () => call.state.random.below(16).toString(16)).join('');
}

function notFound() {
  return errutil(404, 'publicdashboards.notFound', 'Public dashboard not found');
}

function found(shared: PublicDashboard | undefined): unknown {
  if (shared === undefined) {
    throw notFound();
  }
  return dto(shared);
}

function dto(shared: PublicDashboard): unknown {
  return {
    ...shared,
    created: undefined,
    updated: undefined,
    createdAt: new Date(shared.created).toISOString(),
    updatedAt: new Date(shared.updated).toISOString(),
    updatedBy: shared.createdBy,
  };
}
