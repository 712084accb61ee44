import type { Doctor, Status, Trends, TrendsQuery } from './status.ts';
import type { ChangePage, ChangesQuery } from './changes.ts';
import type { DiffPage, DiffQuery, ResourceDiff, ResourceDiffQuery } from './diff.ts';
import type {
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
import type { Run, RunPage, RunRequest, RunsQuery } from './runs.ts';
import type {
  ApplyRequest,
  FoldersQuery,
  LiveFolders,
  PlanItemPage,
  PlanItemsQuery,
  PlanQuery,
  RestorePlan,
  RestoreRequest,
  ResultPage,
  ResultsQuery,
} from './restores.ts';
import type { ConfirmationRequest, Readiness, ReportQuery, SavedFile } from './readiness.ts';
import type { OpenedPreview, PreviewRemoved, PreviewRequest, Previews } from './previews.ts';
import type {
  DownloadQuery,
  HoldRequest,
  NoteRequest,
  ResourceBody,
  ResourcePage,
  ResourceQuery,
  ResourcesQuery,
  SnapshotDeleted,
  SnapshotDetail,
  SnapshotMarks,
  SnapshotPage,
  SnapshotsQuery,
  SnapshotTree,
} from './snapshots.ts';
import type { Nameable } from '../kinds.ts';
import type { SearchPage, SearchQuery } from './search.ts';
import type { VersionPage, VersionsQuery } from './versions.ts';

/**
 * Every call of the service below `/api/v1`, by method and path. Each needs `Authorization: Bearer <token>`, which
 * Grafana's proxy adds. Query parameters are typed as they are
 * written: a list is one text with commas. Types only: the app's client is written against it, and the service's routes
 * are checked against it.
 */
export interface ApiRoutes {
  'GET /status': { response: Status };
  'GET /trends': { query: TrendsQuery; response: Trends };
  'GET /doctor': { response: Doctor };
  'GET /readiness': { response: Readiness };
  'POST /readiness/confirmations': { body: ConfirmationRequest; response: Readiness };
  'GET /readiness/report': { query: ReportQuery; response: SavedFile };
  /** What a recovery needs to know, in HTML, without secrets. */
  'GET /recovery-kit': { response: SavedFile };
  /** Answers with an ETag. */
  'GET /settings': { response: Settings };
  /**
   * If-Match (or `revision`) that is out of date: 412 DK_SETTINGS_STALE. Wrong fields: 400 DK_SETTINGS with `fields`.
   */
  'PUT /settings': { body: SettingsUpdate; response: Settings };
  'POST /settings/check': { body: SettingsCandidate; response: SettingsCheck };
  'POST /notifications/test': { body: SettingsCandidate; response: NotificationTest };
  'GET /schedule/preview': { query: SchedulePreviewQuery; response: SchedulePreview };
  'POST /retention/preview': { body: RetentionPreviewRequest; response: RetentionPreview };
  'GET /runs': { query: RunsQuery; response: RunPage };
  /** 202; 409 DK_BUSY when one of the kind is running or queued. */
  'POST /runs': { body: RunRequest; response: Run };
  'GET /runs/:id': { params: { id: string }; response: Run };
  /** The run may still be running for a moment; 409 DK_BUSY when it has ended already. */
  'POST /runs/:id/cancel': { params: { id: string }; response: Run };
  /** Plans the way back of a restore, through its safety snapshot; apply it like any other plan. */
  'POST /runs/:id/undo': { params: { id: string }; query: PlanQuery; response: RestorePlan };
  'GET /snapshots': { query: SnapshotsQuery; response: SnapshotPage };
  'GET /snapshots/:id': { params: { id: string }; response: SnapshotDetail };
  'DELETE /snapshots/:id': { params: { id: string }; query: { confirm: string }; response: SnapshotDeleted };
  'PUT /snapshots/:id/hold': { params: { id: string }; body: HoldRequest; response: SnapshotMarks };
  'DELETE /snapshots/:id/hold': { params: { id: string }; response: SnapshotMarks };
  'PUT /snapshots/:id/note': { params: { id: string }; body: NoteRequest; response: SnapshotMarks };
  'GET /snapshots/:id/tree': { params: { id: string }; response: SnapshotTree };
  'GET /snapshots/:id/resources': { params: { id: string }; query: ResourcesQuery; response: ResourcePage };
  'GET /snapshots/:id/resource': { params: { id: string }; query: ResourceQuery; response: ResourceBody };
  /** The file itself, with Content-Disposition. */
  'GET /snapshots/:id/download': { params: { id: string }; query: DownloadQuery; response: unknown };
  'GET /diff': { query: DiffQuery; response: DiffPage };
  'GET /diff/resource': { query: ResourceDiffQuery; response: ResourceDiff };
  /** Every change of one resource, newest first. */
  'GET /resources/:org/:kind/:uid/versions': {
    params: { org: number; kind: Nameable; uid: string };
    query: VersionsQuery;
    response: VersionPage;
  };
  /** Every change of any resource, newest first. */
  'GET /changes': { query: ChangesQuery; response: ChangePage };
  /** Texts in the newest and in past versions. */
  'GET /search': { query: SearchQuery; response: SearchPage };
  /** Of one org, as they are live. */
  'GET /folders': { query: FoldersQuery; response: LiveFolders };
  /** 201. */
  'POST /restores': { query: PlanQuery; body: RestoreRequest; response: RestorePlan };
  'GET /restores/:id': { params: { id: string }; response: RestorePlan };
  'GET /restores/:id/items': { params: { id: string }; query: PlanItemsQuery; response: PlanItemPage };
  /** 202. 410 DK_PLAN_EXPIRED; 409 DK_PLAN_STALE when what is live has changed since; 400 DK_CONFIRMATION. */
  'POST /restores/:id/apply': { params: { id: string }; body: ApplyRequest; response: Run };
  /** Dashboards as they were, in temporary copies. */
  'GET /previews': { response: Previews };
  /** 201. The same dashboard of the same snapshot replaces its earlier copy. */
  'POST /previews': { body: PreviewRequest; response: OpenedPreview };
  'DELETE /previews/:uid': { params: { uid: string }; response: PreviewRemoved };
  'GET /restores/:id/results': { params: { id: string }; query: ResultsQuery; response: ResultPage };
}

export type ApiRoute = keyof ApiRoutes;
