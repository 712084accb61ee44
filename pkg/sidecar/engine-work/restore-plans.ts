import { DashkeepError } from '../../contract/errors.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import { restore, restoreOutcome } from '../../engine/restore/restore.ts';
import type { Plan, PlanRequest } from '../../engine/restore/types.ts';
import { planUndo } from '../../engine/restore/undo.ts';
import type { Instance } from '../../grafana/instance.ts';
import type { WithInstance } from './grafana-access.ts';
import type { LazyRepository } from './lazy-repository.ts';
import { liveDataSources, optionsOf, planWithDependencies, selectionOf } from './restore-words.ts';
import type { AppliedRestore, PlannedRestore, PlanQuestion } from './work.ts';

export interface RestorePlansOptions {
  ports: { clock: Clock; randomness: Randomness; log: Log };
  /** Of Dashkeep; safety snapshots name it. */
  version: string;
  repository: LazyRepository;
  withInstance: WithInstance;
}

/** Plans of restores and of their way back, each with what applies it. */
export class RestorePlans {
  readonly #ports: RestorePlansOptions['ports'];
  readonly #version: string;
  readonly #repository: LazyRepository;
  readonly #withInstance: WithInstance;

  constructor({ ports, version, repository, withInstance }: RestorePlansOptions) {
    this.#ports = ports;
    this.#version = version;
    this.#repository = repository;
    this.#withInstance = withInstance;
  }

  async plan({ snapshot, selection, options }: PlanQuestion, signal: AbortSignal): Promise<PlannedRestore> {
    const repository = await this.#repository.open(signal);
    const manifest = await repository.manifest(snapshot, { signal });
    return this.#withInstance(signal, async (instance) => {
      const request: Omit<PlanRequest, 'selection'> = {
        ...this.#ports,
        manifest,
        repository,
        instance,
        options: optionsOf(options),
        signal,
      };
      const chosen = selectionOf(selection);
      const plan = await planWithDependencies(request, chosen, options.withDependencies === true);
      const warnings =
        manifest.status === 'partial' ? ['The snapshot is partial: some resources are missing from it.'] : [];
      return this.#planned({ ...request, selection: chosen }, plan, warnings);
    });
  }

  async planUndo(id: string, signal: AbortSignal): Promise<PlannedRestore> {
    const repository = await this.#repository.open(signal);
    const run = await repository.run(id, { signal });
    if (run === undefined) {
      throw new DashkeepError('DK_NOT_FOUND', 'the repository has no record of that run');
    }
    return this.#withInstance(signal, async (instance) => {
      const { request, plan } = await planUndo({ ...this.#ports, repository, instance, signal }, run);
      return this.#planned(request, plan, []);
    });
  }

  /** A plan as the service keeps it, with what applies it. */
  async #planned(request: PlanRequest, plan: Plan, warnings: string[]): Promise<PlannedRestore> {
    return {
      snapshot: plan.snapshot,
      items: plan.items.map(({ entry: _entry, live: _live, ...item }) => item),
      dependencies: plan.missing
        .filter(({ inSnapshot }) => inSnapshot)
        .map(({ org, kind, uid, title }) => ({ org, kind, uid, title })),
      dataSources: plan.dataSources,
      liveDataSources: await liveDataSources(request.instance, request.signal),
      ...(plan.confirm === undefined ? {} : { confirm: plan.confirm }),
      ...(plan.undoes === undefined ? {} : { undoes: plan.undoes }),
      warnings,
      apply: (run, confirm) => {
        const apply = async (fresh: Instance): Promise<AppliedRestore> => {
          if (plan.undoes !== undefined) {
            run.note({ undoes: plan.undoes });
          }
          const applied = await restore({
            ...request,
            ...this.#ports,
            instance: fresh,
            plan,
            safetySnapshot: true,
            confirm,
            by: run.by,
            version: this.#version,
            signal: run.signal,
            onProgress: run.onProgress,
            note: run.note,
          });
          const { status, snapshot: safety, counts, errors } = restoreOutcome(applied);
          return { status, snapshot: safety, counts, errors, results: applied.results, safetySnapshot: safety };
        };
        return this.#withInstance(run.signal, apply, run.onProgress);
      },
    };
  }
}
