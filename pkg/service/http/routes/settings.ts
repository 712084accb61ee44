import type { RetentionPreview } from '../../../contract/api/settings.ts';
import { compact } from '../../../contract/compact.ts';
import type { SnapshotSummary } from '../../../contract/manifest.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { policyOf } from '../../../operations/forget.ts';
import { explained, planRetention, type RetentionPolicy } from '../../../repository/snapshots/retention.ts';
import { parseSchedule } from '../../schedule/schedule.ts';
import type { ServiceParts } from '../../parts.ts';
import { nameOf } from '../caller.ts';
import { route, type Api } from '../api.ts';
import { goneSignal } from './gone-signal.ts';

type Parts = Pick<
  ServiceParts,
  'settings' | 'check' | 'freshness' | 'notifier' | 'repositoryCache' | 'guard' | 'clock' | 'log' | 'signal'
>;

/** Registers the routes that show, check and save settings. */
export function settingsRoutes(api: Api, parts: Parts): void {
  const { settings, check, freshness, notifier, repositoryCache, guard, clock, log, signal } = parts;

  route(api, 'GET /settings', { access: 'home' }, async (_request, reply) => {
    const view = settings.view();
    reply.header('etag', `"${view.revision}"`);
    return view;
  });

  route(api, 'PUT /settings', { access: 'home', uses: ['settings'] }, async (request, reply) => {
    const saved = await settings.update(request.body, revisionOf(request.headers['if-match']));
    freshness.settingsChanged();
    freshness.snapshotsChanged();
    const secrets = Object.keys(request.body.secrets ?? {});
    log.info(
      { by: nameOf(request), sections: Object.keys(request.body.values ?? {}), secrets: secrets.length },
      'settings are saved',
    );
    reply.header('etag', `"${saved.revision}"`);
    return saved;
  });

  route(api, 'POST /settings/check', { access: 'home', uses: ['settings', 'concurrency'] }, (request, reply) =>
    guard.run(request, () => check(request.body, AbortSignal.any([signal, goneSignal(reply)]))),
  );

  route(api, 'POST /notifications/test', { access: 'home', uses: ['settings', 'concurrency'] }, (request) =>
    guard.run(request, async () => {
      return notifier.test(await settings.candidate(request.body), signal);
    }),
  );

  route(
    api,
    'GET /schedule/preview',
    { access: 'organization', anytime: true },
    async ({ query: { expression, timezone, count } }) => {
      const schedule = parseSchedule(expression, timezone);
      const now = clock.now();
      const intervalSeconds = schedule.interval(now);
      return compact({ next: schedule.next(count, now).map((time) => time.toISOString()), intervalSeconds });
    },
  );

  route(api, 'POST /retention/preview', { access: 'home', uses: ['repository'] }, async ({ body }) => {
    const rules = body.retention ?? settings.view().values.retention;
    const { timezone } = settings.view().values.schedule;
    const snapshots = await repositoryCache.snapshots(signal, true);
    return previewRetention(snapshots, policyOf(rules, timezone), clock.now());
  });
}

/** What a policy keeps and forgets now; without a policy it keeps everything. */
function previewRetention(
  snapshots: readonly SnapshotSummary[],
  policy: RetentionPolicy | undefined,
  now: Date,
): RetentionPreview {
  if (policy === undefined) {
    const kept = snapshots.map(({ id, time }) => ({ id, time, ...explained([reason('no-rules')]) }));
    return { kept, forgotten: [] };
  }
  const { kept, forgotten } = planRetention(snapshots, policy, now);
  return { kept, forgotten };
}

/** The revision in an If-Match header; `*` means whatever there is. */
function revisionOf(header: string | undefined): string | undefined {
  const value = header
    ?.trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1');
  return value === undefined || value === '*' ? undefined : value;
}
