import { compact } from '../../contract/compact.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { warningOf } from '../../contract/reasons/reason.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import { compareAllClocks } from '../../engine/clocks.ts';
import type { OnProgress } from '../../engine/progress.ts';
import { recentOf } from '../../engine/recent.ts';
import { restore, restoreOutcome } from '../../engine/restore/restore.ts';
import type { Plan, PlanRequest } from '../../engine/restore/types.ts';
import { planUndo } from '../../engine/restore/undo/undo.ts';
import type { Instance } from '../../grafana/instance.ts';
import { isOf, isSince, type Caller } from '../organizations/caller.ts';
import { manifestFor } from '../organizations/manifest-view.ts';
import type { StoredManifest } from '../../repository/snapshots/manifests.ts';
import type { OpenedRepository } from '../../repository/repository.ts';
import { coverageOf, notFullReasons } from '../../repository/snapshots/coverage.ts';
import { findingReason } from '../../repository/signing/finding-error.ts';
import { assertRestorable } from '../../repository/signing/acceptance.ts';
import type { WithInstance } from './grafana-access.ts';
import type { LazyRepository } from './lazy-repository.ts';
import { leftToCommandLine } from './server-kinds.ts';
import { liveDataSources, optionsOf, planWithDependencies, selectionOf } from './restore-request.ts';
import type { AppliedRestore, PlannedRestore, PlanQuestion } from './work.ts';

export interface RestorePlansOptions {
  ports: { clock: Clock; randomness: Randomness; log: Log };
  /** Of Dashkeep; safety snapshots name it. */
  version: string;
  repository: LazyRepository;
  /** Grafana in the organization of anyone who asks. */
  inOrgOf: (caller: Caller) => WithInstance;
}

/** Plans of restores and of their way back, each with what applies it. */
export class RestorePlans {
  readonly #ports: RestorePlansOptions['ports'];
  readonly #version: string;
  readonly #repository: LazyRepository;
  readonly #inOrgOf: RestorePlansOptions['inOrgOf'];

  constructor({ ports, version, repository, inOrgOf }: RestorePlansOptions) {
    this.#ports = ports;
    this.#version = version;
    this.#repository = repository;
    this.#inOrgOf = inOrgOf;
  }

  async plan(
    { snapshot, selection, options }: PlanQuestion,
    caller: Caller,
    signal: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<PlannedRestore> {
    const repository = await this.#repository.open(signal);
    const stored = await repository.stored(snapshot, { signal });
    // A plan shows content, too.
    assertRestorable(repository.trust, stored, { named: snapshot, acceptForeign: false });
    const manifest = manifestFor(stored.manifest, caller);
    const withInstance = this.#inOrgOf(caller);
    return withInstance(signal, async (instance) => {
      const ports = { ...this.#ports, repository, instance, version: this.#version, signal };
      const clocks = await compareAllClocks(ports);
      const recent = options.readEverything === true ? undefined : await recentOf(ports);
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
      const warnings = [
        ...(clocks === undefined ? [] : [clocks]),
        ...(await findingsOf(repository, signal)),
        ...(manifest.basedOn === undefined ? [] : [reason('snapshot-based-on', { time: manifest.basedOn.started })]),
        ...notFullReasons(manifest),
        ...leftToCommandLine(manifest, chosen),
      ];
      const planned = await this.#planned(
        { ...request, selection: chosen },
        plan,
        { stored, repository, warnings },
        withInstance,
      );
      // The home organization sees which others the snapshot covers. What to do about the rest changes no plan.
      const covered = caller.home ? { ...manifest, orgs: stored.manifest.orgs } : manifest;
      return { ...planned, coverage: { ...coverageOf(covered), advice: [] } };
    });
  }

  async planUndo(id: string, caller: Caller, signal: AbortSignal): Promise<PlannedRestore> {
    const repository = await this.#repository.open(signal);
    const run = await repository.run(id, { signal });
    if (run === undefined || !isSince(caller, run.record.started)) {
      throw new DashkeepError('DK_NOT_FOUND', 'the repository has no record of that run');
    }
    // A run of an earlier release may have touched several organizations.
    const { record, author } = run;
    const own = { record: { ...record, touched: record.touched?.filter((one) => isOf(caller, one)) }, author };
    const withInstance = this.#inOrgOf(caller);
    return withInstance(signal, async (instance) => {
      const ports = { ...this.#ports, repository, instance, sameOrgs: new Set([caller.org]), signal };
      const clocks = await compareAllClocks(ports);
      const { request, plan, stored } = await planUndo(ports, own);
      assertRestorable(repository.trust, stored, { named: plan.snapshot, acceptForeign: false });
      const warnings = [...(clocks === undefined ? [] : [clocks]), ...(await findingsOf(repository, signal))];
      return this.#planned(request, plan, { stored, repository, warnings }, withInstance);
    });
  }

  /** A plan as the service keeps it, with what applies it. */
  async #planned(
    request: PlanRequest,
    plan: Plan,
    { stored, repository, warnings }: { stored: StoredManifest; repository: OpenedRepository; warnings: KnownReason[] },
    withInstance: WithInstance,
  ): Promise<PlannedRestore> {
    return compact({
      snapshot: plan.snapshot,
      items: plan.items.map(({ entry: _entry, live: _live, ...item }) => item),
      dependencies: plan.missing
        .filter(({ inSnapshot }) => inSnapshot)
        .map(({ org, kind, uid, title }) => ({ org, kind, uid, title })),
      dataSources: plan.dataSources,
      liveDataSources: await liveDataSources(request.instance, request.signal),
      confirm: plan.confirm,
      undoes: plan.undoes,
      ...warningOf(warnings),
      apply: (run, confirm) => {
        const apply = async (fresh: Instance): Promise<AppliedRestore> => {
          // A plan may be hours old, and a person may trust its signer no longer.
          const author = await repository.trust.reconsider(stored.author, { signal: run.signal });
          assertRestorable(repository.trust, { ...stored, author }, { named: plan.snapshot, acceptForeign: false });
          if (plan.undoes !== undefined) {
            run.note({ undoes: plan.undoes });
          }
          const applied = await restore({
            ...request,
            ...this.#ports,
            instance: fresh,
            plan,
            run: run.id,
            safetySnapshot: true,
            confirm,
            by: run.by,
            version: this.#version,
            signal: run.signal,
            onProgress: run.onProgress,
            note: run.note,
            checkpoint: run.checkpoint,
          });
          const { status, snapshot: safety, counts, errors } = restoreOutcome(applied, plan);
          return { status, snapshot: safety, counts, errors, results: applied.results, safetySnapshot: safety };
        };
        return withInstance(run.signal, apply, run.onProgress);
      },
    });
  }
}

/** For every organization: where the repository was cut back, the latest is not the newest that was made. */
async function findingsOf(repository: OpenedRepository, signal: AbortSignal): Promise<KnownReason[]> {
  return (await repository.inspect({ signal })).all.map(findingReason);
}
