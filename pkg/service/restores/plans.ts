import { isDeepStrictEqual } from 'node:util';
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
import type { KindName, ResourceRef } from '../../contract/kinds.ts';
import { countsNow, type Manifest } from '../../contract/manifest.ts';
import type { PlanItem } from '../../contract/plan.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { warningOf, type ReasonData } from '../../contract/reasons/reason.ts';
import { judgedAgain } from '../../engine/backup/losses/earlier.ts';
import type { ResourceChanges } from '../../engine/changes/changes.ts';
import { compareAllClocks } from '../../engine/clocks.ts';
import { recentOf } from '../../engine/recent.ts';
import { changesOf, overwrites } from '../../engine/restore/planned-changes.ts';
import { keyOf } from '../../engine/restore/target.ts';
import type { Plan, PlanRequest, Restored } from '../../engine/restore/types.ts';
import { planUndo } from '../../engine/restore/undo/undo.ts';
import { assertAnotherGrafana } from '../../operations/connection.ts';
import { withInstance } from '../../operations/grafana.ts';
import { runRestore } from '../../operations/restore.ts';
import type { Run, RunOutcome } from '../../operations/run.ts';
import type { Repository } from '../../repository/repository.ts';
import type { StoredRun } from '../../repository/runs.ts';
import { planWarnings } from '../../engine/restore/plan/planning.ts';
import { assertRestorable } from '../../repository/signing/acceptance.ts';
import { findingReason } from '../../repository/signing/finding-error.ts';
import { coverageOf, narrowerReason, notFullReasons } from '../../repository/snapshots/coverage.ts';
import type { StoredManifest } from '../../repository/snapshots/manifests.ts';
import { untrustedFinding } from '../../repository/signing/signers.ts';
import type { Trust } from '../../repository/signing/trust.ts';
import { counterpartsOf } from '../connections/counterparts.ts';
import { matchUsers } from '../connections/users.ts';
import { isSince } from '../organizations/caller.ts';
import { manifestFor } from '../organizations/manifest-view.ts';
import { isShown } from '../organizations/run-view.ts';
import { onlyOrg, type Place } from './place.ts';
import { liveDataSources, optionsOf, planWithDependencies, selectionOf, type LiveDataSource } from './request.ts';
import { leftToCommandLine, otherOrganizations } from './server-kinds.ts';

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
  /** What it would change in a resource, by reading that again; undefined where it overwrites nothing. */
  changes(ref: ResourceRef, signal: AbortSignal): Promise<ResourceChanges | undefined>;
}

/** Plans what a snapshot holds of the caller's organization, into the organization of a place. */
export async function planFor(place: Place, { snapshot, selection, options }: PlanQuestion): Promise<PlannedRestore> {
  const { source, session, connection, caller, signal, onProgress } = place;
  const { repository, clock, log } = session;
  const stored = await source.repository.stored(snapshot, { signal });
  // A plan shows content, too.
  assertRestorable(source.repository.trust, stored, { named: snapshot, acceptForeign: false });
  const judged = await judgedAgain({ repository: source.repository, log, signal }, stored.manifest);
  const manifest = manifestFor(judged, caller);
  return withInstance(session.grafana(), signal, async (instance) => {
    if (connection !== undefined) {
      await assertAnotherGrafana(source, manifest, instance, signal);
    }
    const ports = { repository, instance, clock, log, signal };
    const clocks = await compareAllClocks(ports);
    const plain = optionsOf(options);
    const own: Pick<PlanRequest, 'options' | 'source' | 'sameOrgs' | 'recent'> =
      connection === undefined
        ? {
            options: plain,
            sameOrgs: new Set([caller.org]),
            recent:
              options.readEverything === true ? undefined : await recentOf({ ...ports, version: session.version }),
          }
        : {
            options: { ...plain, orgs: new Map([[caller.org, onlyOrg(instance, connection).id]]) },
            source: source.repository,
          };
    const chosen = selectionOf(selection);
    const request: PlanRequest = compact({ ...ports, ...own, manifest, selection: chosen, onProgress });
    const plan = await planWithDependencies(request, chosen, options.withDependencies === true);
    const ofHome = caller.home && connection === undefined;
    const isWhole = selection.type === 'everything';
    const narrower = isWhole && ofHome ? await narrowerLatest(repository, stored.manifest, signal) : undefined;
    const lacks = [...notFullReasons(manifest), ...(narrower === undefined ? [] : [narrower])];
    const warnings = [
      ...(clocks === undefined ? [] : [clocks]),
      ...(await findingsOf(source.repository, signal)),
      ...(connection === undefined ? [] : await findingsOf(repository, signal)),
      ...(manifest.basedOn === undefined ? [] : [reason('snapshot-based-on', { time: manifest.basedOn.started })]),
      ...lacks,
      ...(isWhole && ofHome ? await untrustedReasons(repository, signal) : []),
      ...leftToCommandLine(manifest, chosen),
      ...(ofHome ? otherOrganizations(stored.manifest, caller.org, chosen) : []),
    ];
    const planned = await asPlanned(place, { request, plan, stored, trust: source.repository.trust, warnings });
    // The home organization sees which others the snapshot covers. What to do about the rest changes no plan.
    const coverage = coverageOf(ofHome ? { ...manifest, orgs: stored.manifest.orgs } : manifest);
    const lastFull = manifest.lastFull ?? narrower?.params['full'];
    const isNotFull = isWhole && lacks.length > 0 && connection === undefined;
    return compact({
      ...planned,
      coverage: { ...coverage, advice: [] },
      notFull: isNotFull ? compact({ lastFull }) : undefined,
      ...(options.to && {
        users: await matchUsers(request, plan, options.to),
        counterparts: await counterpartsOf(request, plan, options.to),
      }),
    });
  });
}

/** That other snapshots exist which no plan takes anything from, as after a new service found an old repository. */
async function untrustedReasons(repository: Repository, signal: AbortSignal): Promise<KnownReason[]> {
  const found = untrustedFinding(await repository.snapshots({ whole: true, signal }));
  return found === undefined ? [] : [found.why, found.advice];
}

/** Plans the way back of what a restore wrote to a place, by the id of its run. @throws DK_NOT_FOUND, DK_USAGE */
export async function planUndoFor(place: Place, id: string): Promise<PlannedRestore> {
  const { source, session, connection, caller, signal, onProgress } = place;
  const { repository, clock, log } = session;
  const run = await repository.run(id, { signal });
  if (run === undefined || (connection === undefined && !isSince(caller, run.record.started))) {
    const where = connection === undefined ? 'the repository' : 'the repository of the connection';
    const advice = connection === undefined ? undefined : reason('unrecorded-send');
    throw new DashkeepError('DK_NOT_FOUND', `${where} has no record of that run`, compact({ advice }));
  }
  return withInstance(session.grafana(), signal, async (instance) => {
    const ports = { repository, instance, clock, log, signal, ...compact({ onProgress }) };
    const clocks = await compareAllClocks(ports);
    const own = connection === undefined ? { sameOrgs: new Set([caller.org]) } : { source: source.repository };
    const covered = ofCaller(run, place);
    const { request, plan, stored } = await planUndo({ ...ports, ...own }, covered);
    const { trust } = repository;
    assertRestorable(trust, stored, { named: plan.snapshot, acceptForeign: false });
    const isLeft = connection === undefined && !isDeepStrictEqual(covered.record, run.record);
    const warnings = [
      ...(clocks === undefined ? [] : [clocks]),
      ...(await findingsOf(repository, signal)),
      ...(isLeft ? [reason('undo-of-this-org', { command: `dashkeep restore --undo ${id}` })] : []),
    ];
    return asPlanned(place, { request, plan, stored, trust, warnings });
  });
}

/**
 * Without what only a server admin may undo, which the credentials of a connection may be those of, and what is not the
 * caller's: the command line or an earlier release may have written to several organizations.
 */
function ofCaller({ record, author }: StoredRun, { caller, connection }: Place): StoredRun {
  const { entered: _, gave: _1, ...rest } = record;
  const touched = record.touched?.filter(isShown(compact({ connection: connection?.name }), caller));
  return { record: compact({ ...rest, touched }), author };
}

/** What a plan was made of. */
interface Made {
  request: PlanRequest;
  plan: Plan;
  /** The snapshot that it takes resources from. */
  stored: StoredManifest;
  /** Of the repository with that. */
  trust: Trust;
  warnings: KnownReason[];
}

/** A plan as the service keeps it, with what applies it. */
async function asPlanned(
  { session, apply, read }: Place,
  { request, plan, stored, trust, warnings }: Made,
): Promise<PlannedRestore> {
  // A plan may be hours old, and a person may trust its signer no longer.
  const assertStillRestorable = async (signal: AbortSignal): Promise<void> => {
    const author = await trust.reconsider(stored.author, { signal });
    assertRestorable(trust, { ...stored, author }, { named: plan.snapshot, acceptForeign: false });
  };
  return compact({
    snapshot: plan.snapshot,
    items: plan.items.map(
      ({ entry: _entry, live: _live, manager: _manager, app: _app, aside: _aside, ...item }) => item,
    ),
    dependencies: plan.missing
      .filter(({ inSnapshot }) => inSnapshot)
      .map(({ org, kind, uid, title }) => ({ org, kind, uid, title })),
    dataSources: plan.dataSources,
    liveDataSources: await liveDataSources(request.instance, request.signal),
    confirm: plan.confirm,
    undoes: plan.undoes,
    ...warningOf([...warnings, ...planWarnings(plan)]),
    apply: (run, confirm) =>
      apply(run, plan, async (instance, one) => {
        await assertStillRestorable(one.signal);
        const fresh = { ...request, instance };
        return runRestore(session, { request: fresh, plan, safetySnapshot: true, confirm }, one);
      }),
    changes: async (ref, signal) => {
      await assertStillRestorable(signal);
      const item = plan.items.find((one) => overwrites(one) && keyOf(one) === keyOf(ref));
      return item && read(signal, (instance) => changesOf({ ...request, instance, signal }, plan, item));
    },
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
async function findingsOf(repository: Repository, signal: AbortSignal): Promise<KnownReason[]> {
  return (await repository.inspect({ signal })).all.map(findingReason);
}
