import * as z from 'zod';
import { Uid } from './common.ts';
import { Doctor, Status, Trends, TrendsQuery } from './status.ts';
import { ChangePage, ChangesQuery } from './changes.ts';
import { DiffPage, DiffQuery, ResourceDiff, ResourceDiffQuery } from './diff.ts';
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
} from './settings.ts';
import { MappingName, MappingUpdate, Mappings } from './mappings.ts';
import { Run, RunPage, RunRequest, RunsQuery } from './runs.ts';
import {
  ApplyRequest,
  Connections,
  FoldersQuery,
  ItemChanges,
  ItemChangesQuery,
  LiveFolders,
  PlanItemPage,
  PlanItemsQuery,
  PlanQuery,
  RestorePlan,
  RestoreRequest,
  ResultPage,
  ResultsQuery,
} from './restores.ts';
import { ConfirmationRequest, Fleet, Readiness, ReportQuery, SavedFile } from './readiness.ts';
import { OpenedPreview, PreviewRemoved, PreviewRequest, Previews } from './previews.ts';
import {
  DownloadQuery,
  HoldRequest,
  NoteRequest,
  ResourceBody,
  ResourcePage,
  ResourceQuery,
  ResourcesQuery,
  SnapshotDeleted,
  SnapshotDeleteQuery,
  SnapshotDetail,
  SnapshotMarks,
  SnapshotPage,
  SnapshotsQuery,
  SnapshotTree,
} from './snapshots.ts';
import { SearchPage, SearchQuery } from './search.ts';
import { VersionPage, VersionsParams, VersionsQuery } from './versions.ts';

/** What a call takes besides its token, and the status that it succeeds with if that is not 200. */
interface Parts {
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  status?: 201 | 202;
}

function call<R extends z.ZodType, const P extends Parts = object>(
  tag: string,
  summary: string,
  response: R,
  parts = {} as P,
): { tag: string; summary: string; response: R } & P {
  return { tag, summary, response, ...parts };
}

const Named = z.object({ name: MappingName });
const Id = z.object({ id: z.string().min(1).max(120) });

/**
 * Every call of the service below `/api/v1`, by method and path. Each needs `Authorization: Bearer <token>`, which
 * Grafana's proxy adds. The service's routes are made of it; the app takes only its types.
 */
export const API_ROUTES = {
  'GET /status': call('status', 'Last backup and state of the service, from memory', Status),
  'GET /trends': call('status', 'The newest backups as data points, oldest first', Trends, { query: TrendsQuery }),
  'GET /doctor': call('status', 'Check the setup', Doctor),
  'GET /fleet': call('status', 'Installations set in the deployment, read from their repositories', Fleet),
  'GET /readiness': call('status', 'Whether a recovery would work today', Readiness),
  'POST /readiness/confirmations': call('status', 'Record a confirmation by a person', Readiness, {
    body: ConfirmationRequest,
  }),
  'GET /readiness/report': call('status', 'Report for a period, as a file', SavedFile, { query: ReportQuery }),
  /** What a recovery needs to know, in HTML, without secrets. */
  'GET /recovery-kit': call('status', 'Recovery kit, as a file without secrets', SavedFile),
  /** Answers with an ETag. */
  'GET /settings': call('settings', 'Settings with their sources, without secrets', Settings),
  /**
   * If-Match (or `revision`) that is out of date: 412 DK_SETTINGS_STALE. Wrong fields: 400 DK_SETTINGS with `fields`.
   */
  'PUT /settings': call('settings', 'Save settings', Settings, { body: SettingsUpdate }),
  'POST /settings/check': call('settings', 'Check a target, step by step', SettingsCheck, { body: SettingsCandidate }),
  'POST /notifications/test': call('settings', 'Send a test notification', NotificationTest, {
    body: SettingsCandidate,
  }),
  'GET /schedule/preview': call('settings', 'Next run times of a cron expression', SchedulePreview, {
    query: SchedulePreviewQuery,
  }),
  'POST /retention/preview': call('settings', 'Preview the effect of retention rules', RetentionPreview, {
    body: RetentionPreviewRequest,
  }),
  'GET /runs': call('runs', 'Runs, newest first', RunPage, { query: RunsQuery }),
  /** 202; 409 DK_BUSY when one of the kind is running or queued. */
  'POST /runs': call('runs', 'Start a run', Run, { body: RunRequest, status: 202 }),
  'GET /runs/:id': call('runs', 'One run with its progress', Run, { params: Id }),
  /** The run may still be running for a moment; 409 DK_BUSY when it has ended already. */
  'POST /runs/:id/cancel': call('runs', 'Cancel a run', Run, { params: Id }),
  /** Plans the way back of a restore, through its safety snapshot; apply it like any other plan. */
  'POST /runs/:id/undo': call('runs', 'Plan the undo of a restore', RestorePlan, { params: Id, query: PlanQuery }),
  'GET /snapshots': call('snapshots', 'Snapshots, newest first', SnapshotPage, { query: SnapshotsQuery }),
  'GET /snapshots/:id': call('snapshots', 'One snapshot', SnapshotDetail, { params: Id }),
  'DELETE /snapshots/:id': call('snapshots', 'Remove one snapshot', SnapshotDeleted, {
    params: Id,
    query: SnapshotDeleteQuery,
  }),
  'PUT /snapshots/:id/hold': call('snapshots', 'Put a snapshot on hold', SnapshotMarks, {
    params: Id,
    body: HoldRequest,
  }),
  'DELETE /snapshots/:id/hold': call('snapshots', 'Release a snapshot', SnapshotMarks, { params: Id }),
  'PUT /snapshots/:id/note': call('snapshots', 'Write a note about a snapshot', SnapshotMarks, {
    params: Id,
    body: NoteRequest,
  }),
  'GET /snapshots/:id/tree': call('snapshots', 'Folders of a snapshot', SnapshotTree, { params: Id }),
  'GET /snapshots/:id/resources': call('snapshots', 'Filtered resources of a snapshot', ResourcePage, {
    params: Id,
    query: ResourcesQuery,
  }),
  'GET /snapshots/:id/resource': call('snapshots', 'One resource with its content', ResourceBody, {
    params: Id,
    query: ResourceQuery,
  }),
  /** The file itself, with Content-Disposition. */
  'GET /snapshots/:id/download': call('snapshots', 'One resource as a JSON file', z.unknown(), {
    params: Id,
    query: DownloadQuery,
  }),
  'GET /diff': call('diff', 'Differences between two snapshots, or between a snapshot and Grafana', DiffPage, {
    query: DiffQuery,
  }),
  'GET /diff/resource': call('diff', 'Human-readable differences in one resource', ResourceDiff, {
    query: ResourceDiffQuery,
  }),
  /** Every change of one resource, newest first. */
  'GET /resources/:org/:kind/:uid/versions': call(
    'versions',
    'All changes of one resource, newest first',
    VersionPage,
    { params: VersionsParams, query: VersionsQuery },
  ),
  /** Every change of any resource, newest first. */
  'GET /changes': call('versions', 'All changes, newest first', ChangePage, { query: ChangesQuery }),
  /** Texts in the newest and in past versions. */
  'GET /search': call(
    'versions',
    'Titles, panels, queries, tags and data sources in current and earlier versions',
    SearchPage,
    { query: SearchQuery },
  ),
  'GET /connections': call('restores', 'Other Grafana instances to which resources can be sent', Connections),
  'GET /mappings': call('restores', 'Saved mappings for other Grafana instances', Mappings),
  /** Replaces the mapping of that name. */
  'PUT /mappings/:name': call('restores', 'Save a mapping', Mappings, { params: Named, body: MappingUpdate }),
  'DELETE /mappings/:name': call('restores', 'Delete a saved mapping', Mappings, { params: Named }),
  /** Of one org, as they are live. */
  'GET /folders': call('restores', 'Possible destinations for copies', LiveFolders, { query: FoldersQuery }),
  /** 201. */
  'POST /restores': call('restores', 'Plan a restore (read-only)', RestorePlan, {
    query: PlanQuery,
    body: RestoreRequest,
    status: 201,
  }),
  'GET /restores/:id': call('restores', 'A plan, or its result', RestorePlan, { params: Id }),
  'GET /restores/:id/items': call('restores', 'Planned action for each resource', PlanItemPage, {
    params: Id,
    query: PlanItemsQuery,
  }),
  'GET /restores/:id/changes': call(
    'restores',
    'Planned changes to one resource that will be overwritten',
    ItemChanges,
    {
      params: Id,
      query: ItemChangesQuery,
    },
  ),
  /** 202. 410 DK_PLAN_EXPIRED; 409 DK_PLAN_STALE when what is live has changed since; 400 DK_CONFIRMATION. */
  'POST /restores/:id/apply': call('restores', 'Apply a plan', Run, { params: Id, body: ApplyRequest, status: 202 }),
  /** Dashboards as they were, in temporary copies. */
  'GET /previews': call('previews', 'Existing temporary copies of dashboards', Previews),
  /** 201. The same dashboard of the same snapshot replaces its earlier copy. */
  'POST /previews': call('previews', 'Open an earlier version of a dashboard in a temporary copy', OpenedPreview, {
    body: PreviewRequest,
    status: 201,
  }),
  'DELETE /previews/:uid': call('previews', 'Remove a temporary copy', PreviewRemoved, {
    params: z.object({ uid: Uid }),
  }),
  'GET /restores/:id/results': call('restores', 'Result for each resource', ResultPage, {
    params: Id,
    query: ResultsQuery,
  }),
};

export type ApiRoute = keyof typeof API_ROUTES;

/** The part of a call in a form: as it is given, or as it is read. */
export type PartOf<R extends ApiRoute, Name extends string> =
  (typeof API_ROUTES)[R] extends Record<Name, infer S extends z.ZodType> ? S : never;

/** What the app gives and gets. Query parameters are typed as they are written: a list is one text with commas. */
export type ApiRoutes = {
  [R in ApiRoute]: {
    [Name in Extract<keyof (typeof API_ROUTES)[R], 'params' | 'query' | 'body'>]: z.input<PartOf<R, Name>>;
  } & { response: z.output<PartOf<R, 'response'>> };
};
