import { compact } from '../../../contract/compact.ts';
import {
  NotificationTest,
  RetentionPreview,
  RetentionPreviewRequest,
  SchedulePreview,
  SchedulePreviewQuery,
  Settings,
  SettingsCandidate,
  SettingsCheck,
  SettingsUpdate,
} from '../../../contract/api/settings.ts';
import { policyOf, previewRetention } from '../../runs/retention.ts';
import { parseSchedule } from '../../schedule/schedule.ts';
import type { ServiceParts } from '../../parts.ts';
import { nameOf } from '../caller.ts';
import { responses } from '../responses.ts';
import type { Api } from '../api.ts';

type Parts = Pick<
  ServiceParts,
  'settings' | 'check' | 'freshness' | 'notifier' | 'repositoryCache' | 'guard' | 'clock' | 'log' | 'signal'
>;

/** Registers the routes that show, check and save settings. */
export function settingsRoutes(api: Api, parts: Parts): void {
  const { settings, check, freshness, notifier, repositoryCache, guard, clock, log, signal } = parts;
  const tags = ['settings'];

  api.get(
    '/settings',
    {
      config: { access: 'home' },
      schema: { summary: 'Settings with their sources, without secrets', tags, response: responses(Settings) },
    },
    async (_request, reply) => {
      const view = settings.view();
      reply.header('etag', `"${view.revision}"`);
      return view;
    },
  );

  api.put(
    '/settings',
    {
      config: { access: 'home', uses: ['settings'] },
      schema: { summary: 'Save settings', tags, body: SettingsUpdate, response: responses(Settings) },
    },
    async (request, reply) => {
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
    },
  );

  api.post(
    '/settings/check',
    {
      config: { access: 'home', uses: ['settings', 'concurrency'] },
      schema: {
        summary: 'Check a target, step by step',
        tags,
        body: SettingsCandidate,
        response: responses(SettingsCheck),
      },
    },
    (request) => guard.run(request, () => check(request.body, signal)),
  );

  api.post(
    '/notifications/test',
    {
      config: { access: 'home', uses: ['settings', 'concurrency'] },
      schema: {
        summary: 'Send a test notification',
        tags,
        body: SettingsCandidate,
        response: responses(NotificationTest),
      },
    },
    (request) =>
      guard.run(request, async () => {
        return notifier.test(await settings.candidate(request.body), signal);
      }),
  );

  api.get(
    '/schedule/preview',
    {
      config: { access: 'organization', anytime: true },
      schema: {
        summary: 'Next times of a cron expression',
        tags,
        querystring: SchedulePreviewQuery,
        response: responses(SchedulePreview),
      },
    },
    async ({ query: { expression, timezone, count } }) => {
      const schedule = parseSchedule(expression, timezone);
      const now = clock.now();
      const intervalSeconds = schedule.interval(now);
      return compact({ next: schedule.next(count, now).map((time) => time.toISOString()), intervalSeconds });
    },
  );

  api.post(
    '/retention/preview',
    {
      config: { access: 'home', uses: ['repository'] },
      schema: {
        summary: 'Preview of retention rules',
        tags,
        body: RetentionPreviewRequest,
        response: responses(RetentionPreview),
      },
    },
    async ({ body }) => {
      const rules = body.retention ?? settings.view().values.retention;
      const { timezone } = settings.view().values.schedule;
      const snapshots = await repositoryCache.snapshots(signal, true);
      return previewRetention(snapshots, policyOf(rules, timezone), clock.now());
    },
  );
}

/** The revision in an If-Match header; `*` means whatever there is. */
function revisionOf(header: string | undefined): string | undefined {
  const value = header
    ?.trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1');
  return value === undefined || value === '*' ? undefined : value;
}
