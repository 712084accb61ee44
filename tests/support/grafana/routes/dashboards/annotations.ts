import { arrayAt, numberAt, objectAt, stringAt, type JsonObject } from '../../../../../pkg/lib/json/json.ts';
import { canWithDashboard } from '../../access.ts';
import type { Call } from '../../http/call.ts';
import type { Annotation } from '../../model/content.ts';
import { accessDenied, problem } from '../../http/problems.ts';
import type { Router } from '../../http/router.ts';

export function annotationRoutes(router: Router): void {
  router.on('GET /api/annotations', list);
  router.on('POST /api/annotations', create);
  router.on('GET /api/annotations/tags', (call) => {
    call.require('annotations:read');
    const counts = new Map<string, number>();
    for (const tag of [...call.org.annotations.values()].flatMap((annotation) => annotation.tags)) {
      counts.set(tag, (counts.get(tag) ?? 0) + 1);
    }
    return { result: { tags: [...counts].map(([tag, count]) => ({ tag, count })) } };
  });
  router.on('DELETE /api/annotations/:id', (call) => {
    // Deleting one that is not there, or not in this org, is no error.
    call.require('annotations:delete');
    const id = Number(call.param('id'));
    if (!Number.isInteger(id)) {
      throw problem(400, 'annotationId is invalid');
    }
    call.org.annotations.delete(id);
    return { message: 'Annotation deleted' };
  });
}

function list(call: Call): unknown {
  call.require('annotations:read');
  const { query } = call;
  const from = call.number('from', 0);
  const to = call.number('to', 0);
  const type = query.get('type');
  const dashboardUid = query.get('dashboardUID');
  const tags = query.getAll('tags');
  if (dashboardUid && call.profile.major < 12 && !call.org.dashboards.has(dashboardUid)) {
    throw problem(400, 'Invalid dashboard UID in annotation request');
  }
  const matching = [...call.org.annotations.values()]
    .filter(
      (annotation) =>
        // The time filter works only with both ends given.
        (from <= 0 || to <= 0 || (annotation.time <= to && annotation.timeEnd >= from)) &&
        (type === 'alert' ? annotation.alertName !== '' : type !== 'annotation' || annotation.alertName === '') &&
        (!dashboardUid || annotation.dashboardUid === dashboardUid) &&
        (tags.length === 0 || tags.every((tag) => annotation.tags.includes(tag))),
    )
    .sort((a, b) => b.timeEnd - a.timeEnd || b.time - a.time);
  const limit = call.number('limit', 100);
  const found =
    call.profile.major < 11
      ? matching.filter((annotation) => visible(call, annotation)).slice(0, limit)
      : inPages(call, matching, dashboardUid, limit);
  return found.map((annotation) => dto(call, annotation));
}

/** `search_dashboards_page_limit` where nobody has set it. */
const PAGE = 1000;

/**
 * From 11 on the answer is put together page by page of a thousand dashboards, and the organization's own annotations
 * come with each page, so they come again. It ends with a page of fewer dashboards than there are matching annotations,
 * or when it has as many as match (annotationsimpl/annotations.go Find): either may be before the last page.
 */
function inPages(call: Call, matching: Annotation[], dashboardUid: string | null, limit: number): Annotation[] {
  const room = Math.min(limit, matching.length);
  const dashboards = [...call.org.dashboards.values()]
    .filter((one) => !dashboardUid || one.uid === dashboardUid)
    .filter((one) => canWithDashboard(call.identity, call.org, 'dashboards:read', one))
    .sort((a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0));
  const found: Annotation[] = [];
  for (let start = 0; found.length < room; start += PAGE) {
    const page = dashboards.slice(start, start + PAGE);
    const uids = new Set(['', ...page.map(({ uid }) => uid)]);
    for (const annotation of matching.filter(({ dashboardUid: uid }) => uids.has(uid)).slice(0, room)) {
      found.push(annotation);
    }
    if (page.length < room) {
      break;
    }
  }
  return found;
}

/** Annotations of a dashboard are for those who may see the dashboard. */
function visible(call: Call, annotation: Annotation): boolean {
  const dashboard = call.org.dashboards.get(annotation.dashboardUid);
  return dashboard === undefined || canWithDashboard(call.identity, call.org, 'dashboards:read', dashboard);
}

function create(call: Call): unknown {
  call.require('annotations:create');
  const body = call.json();
  const text = stringAt(body, 'text') ?? '';
  const dashboardUid = stringAt(body, 'dashboardUID') ?? '';
  if (text === '') {
    throw problem(400, 'Failed to save annotation: text field should not be empty');
  }
  if (dashboardUid !== '') {
    const dashboard = call.org.dashboards.get(dashboardUid);
    if (dashboard === undefined) {
      throw problem(call.profile.major < 12 ? 404 : 500, 'Failed to save annotation');
    }
    if (!canWithDashboard(call.identity, call.org, 'dashboards:write', dashboard)) {
      throw accessDenied('annotations:create');
    }
  }
  const now = call.state.now();
  const time = numberAt(body, 'time') || now;
  const annotation: Annotation = {
    id: call.state.nextId(),
    dashboardUid,
    panelId: numberAt(body, 'panelId') ?? 0,
    // The author is anyone who calls.
    userId: call.identity.id,
    login: call.identity.login,
    time,
    timeEnd: numberAt(body, 'timeEnd') || time,
    text,
    tags: [...new Set((arrayAt(body, 'tags') ?? []).map(String))],
    data: objectAt(body, 'data') ?? {},
    alertName: '',
    created: now,
    updated: now,
  };
  call.org.annotations.set(annotation.id, annotation);
  return { id: annotation.id, message: 'Annotation added' };
}

function dto(call: Call, annotation: Annotation): JsonObject {
  const dashboard = call.org.dashboards.get(annotation.dashboardUid);
  const alert = annotation.alertName !== '';
  return {
    id: annotation.id,
    alertId: alert ? 1 : 0,
    alertName: annotation.alertName,
    dashboardId: dashboard?.id ?? 0,
    dashboardUID: dashboard ? annotation.dashboardUid : null,
    panelId: annotation.panelId,
    userId: annotation.userId,
    newState: alert ? 'Alerting' : '',
    prevState: alert ? 'Normal' : '',
    created: annotation.created,
    updated: annotation.updated,
    time: annotation.time,
    timeEnd: annotation.timeEnd,
    text: annotation.text,
    tags: annotation.tags,
    login: annotation.login,
    email: '',
    avatarUrl: '/avatar/0',
    data: annotation.data,
  };
}
