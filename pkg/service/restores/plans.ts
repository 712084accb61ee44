import type {
  Counterpart,
  DataSourceMatch,
  RestoreOptions,
  RestorePlan,
  RestoreSelection,
} from '../../contract/api/restores.ts';
import { compact } from '../../contract/compact.ts';
import type { Coverage } from '../../contract/coverage.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { KindName } from '../../contract/kinds.ts';
import { countsNow, type Manifest } from '../../contract/manifest.ts';
import type { PlanItem } from '../../contract/plan.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { warningOf, type ReasonData } from '../../contract/reasons/reason.ts';
import { compareAllClocks } from '../../engine/clocks.ts';
import type { OnProgress } from '../../engine/progress.ts';
import { recentOf } from '../../engine/recent.ts';
import type { Plan, PlanRequest, Restored } from '../../engine/restore/types.ts';
import { planUndo } from '../../engine/restore/undo/undo.ts';
import { withInstance } from '../../operations/grafana.ts';
import { runRestore } from '../../operations/restore.ts';
import type { Run, RunOutcome } from '../../operations/run.ts';
import type { Session } from '../../operations/session.ts';
import type { Repository } from '../../repository/repository.ts';
import { changedBack } from '../../engine/restore/plan/planning.ts';
import { assertRestorable } from '../../repository/signing/acceptance.ts';
import { findingReason } from '../../repository/signing/finding-error.ts';
import { coverageOf, narrowerReason, notFullReasons } from '../../repository/snapshots/coverage.ts';
import type { StoredManifest } from '../../repository/snapshots/manifests.ts';
import { isOf, isSince, type Caller } from '../organizations/caller.ts';
import { manifestFor } from '../organizations/manifest-view.ts';
import type { OpenedTarget } from '../repository/opened-target.ts';
import { liveDataSources, optionsOf, planWithDependencies, selectionOf, type LiveDataSource } from './request.ts';
import { leftToCommandLine } from './server-kinds.ts';

export interface PlanQuestion {
  snapshot: string;
  selection: Exclude<RestoreSelection, { type: 'lost' }>;
  options: RestoreOptions;
}

/** A computed restore. What the engine needs to apply it is its own affair. */
export interface PlannedRestore {
  snapshot: string;
  items: PlanItem[];
  dependencies: { org: number; kind: KindName; uid: string; title: string }[];
  dataSources: DataSourceMatch[];
  liveDataSources: LiveDataSource[];
  counterparts?: Counterpart[];
  users?: RestorePlan['users'];
  /** What the snapshot covers. */
  coverage?: Coverage;
  /** Set where everything is restored from a snapshot that is known to lack something. */
  notFull?: { lastFull?: string };
  warnings: string[];
  warned: ReasonData[];
  /** The run that it takes back. */
  undoes?: string;
  /** What must be typed because things are deleted. */
  confirm?: string;
  apply(run: Run, confirm: string | undefined): Promise<RunOutcome<Restored>>;
}

/** Plans what a snapshot holds of the caller's organization, into that organization. */
export async function planFor(
  target: OpenedTarget,
  { snapshot, selection, options }: PlanQuestion,
  caller: Caller,
  signal: AbortSignal,
  onProgress?: OnProgress,
): Promise<PlannedRestore> {
  const session = await target.session(signal, { caller });
  const { repository, grafana, version, clock, log } = session;
  const stored = await repository.stored(snapshot, { signal });
  // A plan shows content, too.
  assertRestorable(repository.trust, stored, { named: snapshot, acceptForeign: false });
  const manifest = manifestFor(stored.manifest, caller);
  return withInstance(grafana(), signal, async (instance) => {
    const ports = { repository, instance, clock, log, signal };
    const clocks = await compareAllClocks(ports);
    const recent = options.readEverything === true ? undefined : await recentOf({ ...ports, version });
    const request: Omit<PlanRequest, 'selection'> = compact({
      ...ports,
      manifest,
      options: optionsOf(options),
      sameOrgs: new Set([caller.org]),
      recent,
      onProgress,
    });
    const chosen = selectionOf(selection);
    const plan = await planWithDependencies(request, chosen, options.withDependencies === true);
    const isWhole = selection.type === 'everything';
    const narrower = isWhole && caller.home ? await narrowerLatest(repository, stored.manifest, signal) : undefined;
    const lacks = [...notFullReasons(manifest), ...(narrower === undefined ? [] : [narrower])];
    const warnings = [
      ...(clocks === undefined ? [] : [clocks]),
      ...(await findingsOf(repository, signal)),
      ...(manifest.basedOn === undefined ? [] : [reason('snapshot-based-on', { time: manifest.basedOn.started })]),
      ...lacks,
      ...leftToCommandLine(manifest, chosen),
    ];
    const whole = { ...request, selection: chosen };
    const planned = await asPlanned(session, { request: whole, plan, stored, warnings });
    // The home organization sees which others the snapshot covers. What to do about the rest changes no plan.
    const covered = caller.home ? { ...manifest, orgs: stored.manifest.orgs } : manifest;
    const lastFull = manifest.lastFull ?? narrower?.params['full'];
    const notFull = isWhole && lacks.length > 0 ? compact({ lastFull }) : undefined;
    return compact({ ...planned, coverage: { ...coverageOf(covered), advice: [] }, notFull });
  });
}

/** Plans the way back of a restore, by the id of its run. @throws DK_NOT_FOUND, DK_USAGE */
export async function planUndoFor(
  target: OpenedTarget,
  id: string,
  caller: Caller,
  signal: AbortSignal,
  onProgress?: OnProgress,
): Promise<PlannedRestore> {
  const session = await target.session(signal, { caller });
  const { repository, grafana, clock, log } = session;
  const run = await repository.run(id, { signal });
  if (run === undefined || !isSince(caller, run.record.started)) {
    throw new DashkeepError('DK_NOT_FOUND', 'the repository has no record of that run');
  }
  // A run of an earlier release may have touched several organizations.
  const { record, author } = run;
  const own = { record: { ...record, touched: record.touched?.filter((one) => isOf(caller, one)) }, author };
  return withInstance(grafana(), signal, async (instance) => {
    const ports = { repository, instance, sameOrgs: new Set([caller.org]), clock, log, signal };
    const clocks = await compareAllClocks(ports);
    const { request, plan, stored } = await planUndo({ ...ports, ...compact({ onProgress }) }, own);
    assertRestorable(repository.trust, stored, { named: plan.snapshot, acceptForeign: false });
    const warnings = [...(clocks === undefined ? [] : [clocks]), ...(await findingsOf(repository, signal))];
    return asPlanned(session, { request, plan, stored, warnings });
  });
}

/** What a plan was made of. */
export interface Made {
  request: PlanRequest;
  plan: Plan;
  /** The snapshot that it takes resources from. */
  stored: StoredManifest;
  warnings: KnownReason[];
}

/** Connects to the Grafana of a plan, and keeps the record of what is done there. */
export type Apply = (
  run: Run,
  work: (instance: PlanRequest['instance'], run: Run) => Promise<RunOutcome<Restored>>,
) => Promise<RunOutcome<Restored>>;

/** A plan as the service keeps it, with what applies it. */
export async function asPlanned(
  session: Session,
  { request, plan, stored, warnings }: Made,
  connected: Apply = (run, work) =>
    withInstance(session.grafana(), run.signal, (instance) => work(instance, run), run.onProgress),
): Promise<PlannedRestore> {
  const { trust } = session.repository;
  return compact({
    snapshot: plan.snapshot,
    items: plan.items.map(({ entry: _entry, live: _live, manager: _manager, ...item }) => item),
    dependencies: plan.missing
      .filter(({ inSnapshot }) => inSnapshot)
      .map(({ org, kind, uid, title }) => ({ org, kind, uid, title })),
    dataSources: plan.dataSources,
    liveDataSources: await liveDataSources(request.instance, request.signal),
    confirm: plan.confirm,
    undoes: plan.undoes,
    ...warningOf([...warnings, ...changedBack(plan)]),
    apply: (run, confirm) =>
      connected(run, async (instance, one) => {
        // A plan may be hours old, and a person may trust its signer no longer.
        const author = await trust.reconsider(stored.author, { signal: one.signal });
        assertRestorable(trust, { ...stored, author }, { named: plan.snapshot, acceptForeign: false });
        const fresh = { ...request, instance };
        return runRestore(session, { request: fresh, plan, safetySnapshot: true, confirm }, one);
      }),
  });
}

/** Why a person may want an earlier snapshot than the latest one, for which less was selected. */
async function narrowerLatest(
  repository: Repository,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<KnownReason | undefined> {
  const snapshots = await repository.snapshots({ whole: true, signal });
  return snapshots.find(countsNow)?.id === manifest.id ? narrowerReason(manifest, snapshots) : undefined;
}

/** For every organization: where the repository was cut back, the latest is not the newest that was made. */
export async function findingsOf(repository: Repository, signal: AbortSignal): Promise<KnownReason[]> {
  return (await repository.inspect({ signal })).all.map(findingReason);
}
