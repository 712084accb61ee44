import type { Coverage } from '../../contract/coverage.ts';
import type { Finding } from '../../contract/findings.ts';
import type { ReasonData } from '../../contract/reasons/reason.ts';
import type { DataSourceMatch, LiveFolder, RestoreOptions, RestoreSelection } from '../../contract/api/restores.ts';
import type { RetentionSettings } from '../../contract/api/settings.ts';
import type { KindName, ResourceRef } from '../../contract/kinds.ts';
import type {
  Manifest,
  ManifestEntry,
  ResourceProblem,
  SnapshotSignature,
  SnapshotSummary,
  SnapshotTrigger,
} from '../../contract/manifest.ts';
import type { ApplyResult, Diff, PlanItem } from '../../contract/plan.ts';
import type { RunLine, RunRecord, WholeProgress } from '../../contract/runs.ts';
import type { LiveDiffOptions } from '../../engine/live-diff.ts';
import type { OnProgress } from '../../engine/progress.ts';
import type { Authors } from '../../engine/versions/authors.ts';
import type { RunFacts } from '../../engine/run.ts';
import type { IsSameOrg } from '../../repository/index/versions/files.ts';
import type { BelowPart } from '../../repository/index/versions/below/below.ts';
import type { Searchable, SeenResource, Versions, VersionsBelow } from '../../repository/repository.types.ts';
import type { Caller } from '../organizations/caller.ts';
import type { EffectiveSettings } from '../settings/effective.ts';
import type { LiveBody } from './live.ts';
import type { PreviewOperations } from './previews.ts';

/** A question to the index of versions, for one organization. */
export interface IndexQuestion {
  within: Promise<unknown>;
  signal: AbortSignal;
  isSameOrg: IsSameOrg | undefined;
}

/** What one run is given by anyone who runs it. */
export interface WorkRun {
  id: string;
  trigger: SnapshotTrigger;
  by?: string;
  signal: AbortSignal;
  onProgress: (progress: WholeProgress) => void;
  /** What the record of the run says whatever its end. */
  note: (facts: RunFacts) => void;
  /** Keeps what was noted while the run goes on. */
  checkpoint: () => Promise<void>;
}

/** How a run ended that came to its end. */
export interface WorkResult {
  status: 'complete' | 'partial' | 'failed';
  snapshot?: string;
  counts: Record<string, number>;
  /** The same for each org, where it is done for several. */
  orgs?: RunRecord['orgs'];
  errors: ResourceProblem[];
  warnings?: string[];
  warned?: ReasonData[];
}

/** A snapshot for people to look at: whether it counts goes with it. */
export interface ShownSnapshot {
  manifest: Manifest;
  signature: SnapshotSignature;
}

export interface LiveDataSource {
  uid: string;
  name: string;
  type: string;
}

/** A computed restore. What the engine needs to apply it is its own affair. */
export interface PlannedRestore {
  snapshot: string;
  items: PlanItem[];
  dependencies: { org: number; kind: KindName; uid: string; title: string }[];
  dataSources: DataSourceMatch[];
  liveDataSources: LiveDataSource[];
  /** What the snapshot covers. */
  coverage?: Coverage;
  warnings: string[];
  warned: ReasonData[];
  /** The run that it takes back. */
  undoes?: string;
  /** What must be typed because things are deleted. */
  confirm?: string;
  apply(run: WorkRun, confirm: string | undefined): Promise<AppliedRestore>;
}

export interface AppliedRestore extends WorkResult {
  results: ApplyResult[];
  safetySnapshot: string | undefined;
}

export interface LiveComparison {
  diff: Diff;
  errors: ResourceProblem[];
}

/** Gets how far a comparison with Grafana is, and what it found so far. */
export type WatchDiff = Pick<LiveDiffOptions, 'onProgress' | 'onPart'>;

export interface PlanQuestion {
  snapshot: string;
  selection: RestoreSelection;
  options: RestoreOptions;
}

/**
 * Everything that the service has done by the engine, with one repository and one Grafana. Methods throw
 * DashkeepErrors; a signal ends any of them.
 */
export interface Operations {
  /** Of the target, for people. */
  readonly description: string;
  readonly encrypted: boolean;

  backup(run: WorkRun, options: { full: boolean; acceptLoss?: string }): Promise<WorkResult>;
  verify(run: WorkRun, options: { readData: boolean; snapshot?: string }): Promise<WorkResult>;
  forget(run: WorkRun): Promise<WorkResult>;
  prune(run: WorkRun, options: { confirmed: boolean }): Promise<WorkResult>;
  drill(run: WorkRun, options: { snapshot?: string }): Promise<WorkResult>;

  /** How the repository differs from what this service remembers of its target. */
  inspect(signal: AbortSignal): Promise<Finding[]>;
  /** Newest first. With `whole` the store is asked for every one of them, not only for the last page. */
  snapshots(signal: AbortSignal, whole?: boolean): Promise<SnapshotSummary[]>;
  snapshot(id: string, signal: AbortSignal): Promise<ShownSnapshot>;
  /** Every change of a resource; what is known when `within` resolves. */
  versions(ref: ResourceRef, asked: IndexQuestion): Promise<Versions>;
  /** The same of a folder and of all that is or was below it, newest first. */
  versionsBelow(folder: ResourceRef, part: BelowPart & IndexQuestion): Promise<VersionsBelow>;
  /** What a search is made from; what is known when `within` resolves. */
  searchable(asked: IndexQuestion): Promise<Searchable>;
  /** Every resource that any snapshot holds or held. */
  everSeen(asked: Omit<IndexQuestion, 'within'>): Promise<SeenResource[]>;
  /** The stored JSON text of an object. */
  object(id: string, signal: AbortSignal): Promise<string>;
  /** The stored JSON text of an entry. */
  body(entry: ManifestEntry, signal: AbortSignal): Promise<string>;
  /** What the content of an entry needs. */
  references(entry: ManifestEntry, text: string): { kind: KindName; uid: string }[];
  /** The text that Grafana's "Import dashboard" takes; undefined for what isn't a dashboard. */
  importable(entry: ManifestEntry, text: string): string | undefined;
  deleteSnapshot(id: string, signal: AbortSignal): Promise<void>;
  retentionPreview(
    rules: RetentionSettings,
    signal: AbortSignal,
  ): Promise<{ kept: RetentionLine[]; forgotten: RetentionLine[] }>;

  diff(from: Manifest, to: Manifest): Diff;
  /** Against what is live in the caller's org. */
  diffLive(from: Manifest, caller: Caller, signal: AbortSignal, watch?: WatchDiff): Promise<LiveComparison>;
  /**
   * What is live now in the caller's org, as it would be stored; undefined when there is nothing.
   * @throws DK_NOT_FOUND for an org that is out of reach
   */
  liveBody(
    ref: { org: number; kind: KindName; uid: string },
    caller: Caller,
    signal: AbortSignal,
  ): Promise<LiveBody | undefined>;
  /** The accounts of the caller's org. @throws DK_NOT_FOUND for an org that is out of reach */
  authors(caller: Caller, signal: AbortSignal): Promise<Authors>;
  /** The folders that are live in the caller's org. @throws DK_NOT_FOUND for an org that is out of reach */
  folders(caller: Caller, signal: AbortSignal): Promise<LiveFolder[]>;
  /** Of what a snapshot holds of the caller's org, into that org. */
  plan(question: PlanQuestion, caller: Caller, signal: AbortSignal, onProgress?: OnProgress): Promise<PlannedRestore>;
  /** The way back of a restore, by the id of its run. @throws DK_NOT_FOUND, DK_USAGE */
  planUndo(run: string, caller: Caller, signal: AbortSignal): Promise<PlannedRestore>;

  readonly previews: PreviewOperations;

  writeRun(record: RunRecord): Promise<void>;
  /** Newest first. */
  runs(options: { limit: number; signal: AbortSignal }): Promise<RunLine[]>;
  run(id: string, signal: AbortSignal): Promise<RunRecord | undefined>;

  close(): Promise<void>;
}

export interface RetentionLine {
  id: string;
  time: string;
  reasons: string[];
}

/** @throws DK_SETTINGS, DK_STORE_… when the target can't be opened */
export type OpenOperations = (settings: EffectiveSettings, signal: AbortSignal) => Promise<Operations>;
