import { DashkeepError } from '../../contract/errors.ts';
import { KIND_NAMES, type KindName } from '../../contract/kinds.ts';
import type { Manifest, ManifestEntry } from '../../contract/manifest.ts';
import type { Diff } from '../../contract/plan.ts';
import type { RunLine, RunRecord } from '../../contract/runs.ts';
import { backup } from '../../engine/backup/backup.ts';
import { backupOutcome } from '../../engine/backup/report.ts';
import { diffLive, diffManifests } from '../../engine/diff.ts';
import { drillOutcome } from '../../engine/drill/report.ts';
import { drill, newestComplete } from '../../engine/drill/drill.ts';
import { pruneOutcome } from '../../engine/prune-report.ts';
import { verifyOutcome } from '../../engine/verify-report.ts';
import { applyForget, deleteSnapshot, planForget } from '../../repository/forget.ts';
import { withLocksRenewed } from '../../repository/locks.ts';
import { applyPrune, planPrune } from '../../repository/prune.ts';
import { planRetention, type RetentionPolicy } from '../../repository/retention.ts';
import type { StateStore } from '../../repository/state.ts';
import { verify } from '../../repository/verify.ts';
import type { ObjectStore } from '../../storage/store.ts';
import type { Instance } from '../../grafana/instance.ts';
import type { EffectiveSettings } from '../settings/effective.ts';
import { importableText, referencesOf } from './content.ts';
import { withInstance, type InstanceOptions, type WithInstance } from './grafana-access.ts';
import { LazyRepository } from './lazy-repository.ts';
import { liveBody, liveFolders } from './live.ts';
import { RestorePlans } from './restore-plans.ts';
import { openTarget } from './target.ts';
import type { LiveComparison, OpenWork, PlannedRestore, PlanQuestion, Work, WorkResult, WorkRun } from './work.ts';

export interface EngineOptions extends InstanceOptions {
  version: string;
  /** Only these orgs, where the deployment names some. */
  orgIds?: number[];
  state: StateStore;
  /** Whether several processes of this service may work at the same time. */
  replicated: boolean;
  environment: Readonly<Record<string, string | undefined>>;
  passphrases: () => Promise<string[]>;
}

/** The work of the service, done by the engine. */
export function engineWork(options: EngineOptions): OpenWork {
  return async (settings) => {
    const { environment, clock, randomness, log } = options;
    const store = await openTarget(settings, { environment, clock, random: randomness, log });
    return new EngineWork(options, settings, store);
  };
}

class EngineWork implements Work {
  readonly #options: EngineOptions;
  readonly #settings: EffectiveSettings;
  readonly #ports: Pick<EngineOptions, 'clock' | 'randomness' | 'log'>;
  readonly #repository: LazyRepository;
  readonly #restores: RestorePlans;
  readonly #withInstance: WithInstance;

  constructor(options: EngineOptions, settings: EffectiveSettings, store: ObjectStore) {
    const { clock, randomness, log, state, replicated, passphrases, version } = options;
    this.#options = options;
    this.#settings = settings;
    this.#ports = { clock, randomness, log };
    this.#repository = new LazyRepository({ ...this.#ports, state, replicated, passphrases }, settings, store);
    const orgs = options.orgIds ?? (settings.values.scope.orgs === 'all' ? 'all' : undefined);
    this.#withInstance = (signal, action, onProgress) => withInstance(options, orgs, signal, action, onProgress);
    this.#restores = new RestorePlans({
      ports: this.#ports,
      version,
      repository: this.#repository,
      withInstance: this.#withInstance,
    });
  }

  get description(): string {
    return this.#repository.description;
  }

  get encrypted(): boolean {
    return this.#repository.encrypted;
  }

  async backup(run: WorkRun, { full }: { full: boolean }): Promise<WorkResult> {
    const repository = await this.#repository.openOrMake(run.signal);
    const { scope } = this.#settings.values;
    const before = await repository.previousManifest({ signal: run.signal });
    const take = (instance: Instance): Promise<Manifest> =>
      backup({
        ...this.#ports,
        ...run,
        instance,
        repository,
        kinds: this.#kinds,
        fullReadEvery: full ? 1 : scope.fullReadEvery,
        plainCopies: scope.plainCopies === 'auto' ? !repository.encrypted : scope.plainCopies === 'on',
        version: this.#options.version,
      });
    const manifest = await this.#withInstance(run.signal, take, run.onProgress);
    const { status, snapshot, counts, errors } = backupOutcome(manifest);
    const all = { ...counts, ...manifest.changes, bytes: newBytes(before, manifest) };
    return withLocksRenewed(repository, { status, snapshot, counts: all, errors }, run);
  }

  async verify(run: WorkRun, { readData, snapshot }: { readData: boolean; snapshot?: string }): Promise<WorkResult> {
    const repository = await this.#repository.open(run.signal);
    const report = await verify(repository, {
      readData,
      snapshot,
      signal: run.signal,
      progress: (done, total, phase) => run.onProgress({ phase: `verifying ${phase}`, done, total, kinds: {} }),
    });
    const { value: _, ...result } = verifyOutcome(report);
    return withLocksRenewed(repository, result, run);
  }

  async forget(run: WorkRun): Promise<WorkResult> {
    const policy = this.#policy(this.#settings.values.retention);
    if (policy === undefined) {
      return { status: 'complete', counts: { forgotten: 0 }, errors: [] };
    }
    const repository = await this.#repository.open(run.signal);
    const plan = await planForget(repository, policy, { signal: run.signal });
    const { forgotten, remaining } = await applyForget(repository, plan, { signal: run.signal });
    const counts = { forgotten: forgotten.length, kept: plan.kept.length, remaining: remaining.length };
    return { status: remaining.length === 0 ? 'complete' : 'partial', counts, errors: [] };
  }

  async prune(run: WorkRun, { confirmed }: { confirmed: boolean }): Promise<WorkResult> {
    const repository = await this.#repository.open(run.signal);
    const { signal } = run;
    const plan = await planPrune(repository, { signal });
    const { randomness } = this.#options;
    const { value: _, ...result } = pruneOutcome(await applyPrune(repository, plan, { signal, randomness, confirmed }));
    return withLocksRenewed(repository, result, run);
  }

  async drill(run: WorkRun, { snapshot }: { snapshot?: string }): Promise<WorkResult> {
    const repository = await this.#repository.open(run.signal);
    const manifest =
      snapshot === undefined
        ? await newestComplete(repository, run.signal)
        : await repository.manifest(snapshot, { signal: run.signal });
    const report = await this.#withInstance(
      run.signal,
      (instance) => drill({ ...this.#ports, ...run, manifest, repository, instance }),
      run.onProgress,
    );
    const { value: _, ...result } = drillOutcome(report);
    return result;
  }

  async snapshots(signal: AbortSignal, whole = false): ReturnType<Work['snapshots']> {
    const glanced = whole ? undefined : await (await this.#repository.glance(signal))?.snapshots({ signal });
    return glanced ?? (await this.#repository.openIfThere(signal))?.snapshots({ whole, signal }) ?? [];
  }

  async manifest(id: string, signal: AbortSignal): Promise<Manifest> {
    const repository = await this.#repository.openIfThere(signal);
    if (repository === undefined) {
      throw new DashkeepError('DK_NOT_FOUND', `there is no snapshot in ${this.description} yet`);
    }
    return repository.manifest(id, { signal });
  }

  async body(entry: ManifestEntry, signal: AbortSignal): Promise<string> {
    return (await this.#repository.open(signal)).getObject(entry.object, { signal });
  }

  references(entry: ManifestEntry, text: string): { kind: KindName; uid: string }[] {
    return referencesOf(entry, text, this.#options.log);
  }

  importable(entry: ManifestEntry, text: string): string | undefined {
    return importableText(entry, text);
  }

  async deleteSnapshot(id: string, signal: AbortSignal): Promise<void> {
    await deleteSnapshot(await this.#repository.open(signal), id, { signal });
  }

  async retentionPreview(
    rules: EffectiveSettings['values']['retention'],
    signal: AbortSignal,
  ): ReturnType<Work['retentionPreview']> {
    const snapshots = await this.snapshots(signal, true);
    const policy = this.#policy(rules);
    if (policy === undefined) {
      const kept = snapshots.map(({ id, time }) => ({ id, time, reasons: ['no rule: everything stays'] }));
      return { kept, forgotten: [] };
    }
    const { kept, forgotten } = planRetention(snapshots, policy, this.#options.clock.now());
    return { kept, forgotten };
  }

  diff(from: Manifest, to: Manifest): Diff {
    return diffManifests(from, to);
  }

  async diffLive(manifest: Manifest, signal: AbortSignal): Promise<LiveComparison> {
    const repository = await this.#repository.open(signal);
    const diff = await this.#withInstance(signal, (instance) =>
      diffLive({ ...this.#ports, manifest, repository, instance, signal }),
    );
    return { diff, errors: manifest.errors };
  }

  async liveBody(ref: Parameters<Work['liveBody']>[0], signal: AbortSignal): ReturnType<Work['liveBody']> {
    const { encrypted: decryptSecrets } = await this.#repository.open(signal);
    const { clock, log } = this.#ports;
    return this.#withInstance(signal, (instance) => liveBody(instance, ref, { clock, log, signal, decryptSecrets }));
  }

  folders(org: number, signal: AbortSignal): ReturnType<Work['folders']> {
    const { clock, log } = this.#ports;
    return this.#withInstance(signal, (instance) => liveFolders(instance, org, { clock, log, signal }));
  }

  plan(question: PlanQuestion, signal: AbortSignal): Promise<PlannedRestore> {
    return this.#restores.plan(question, signal);
  }

  planUndo(run: string, signal: AbortSignal): Promise<PlannedRestore> {
    return this.#restores.planUndo(run, signal);
  }

  async writeRun(record: RunRecord): Promise<void> {
    // Failing runs must not be what makes a repository.
    const repository = await this.#repository.openIfThere(AbortSignal.timeout(60_000));
    await repository?.writeRun(record);
  }

  async runs(options: { limit: number; signal: AbortSignal }): Promise<RunLine[]> {
    const glanced = await (await this.#repository.glance(options.signal))?.runs(options);
    return glanced ?? (await this.#repository.openIfThere(options.signal))?.runs(options) ?? [];
  }

  async run(id: string, signal: AbortSignal): Promise<RunRecord | undefined> {
    return (await this.#repository.openIfThere(signal))?.run(id, { signal });
  }

  close(): Promise<void> {
    return this.#repository.close();
  }

  get #kinds(): KindName[] | undefined {
    const excluded = new Set(this.#settings.values.scope.excludeKinds);
    return excluded.size === 0 ? undefined : KIND_NAMES.filter((kind) => !excluded.has(kind));
  }

  /** Undefined when no rule is set, which means that everything stays. */
  #policy(rules: EffectiveSettings['values']['retention']): RetentionPolicy | undefined {
    const { keepWithin, ...counts } = rules;
    if (keepWithin === '' && Object.values(counts).every((count) => count === 0)) {
      return undefined;
    }
    const timeZone = this.#settings.values.schedule.timezone;
    return { ...counts, ...(keepWithin === '' ? {} : { keepWithin }), timeZone };
  }
}

/** How much content is new against the snapshot before. */
function newBytes(before: Manifest | undefined, manifest: Manifest): number {
  const known = new Set(before?.resources.map(({ object }) => object));
  return manifest.resources.reduce((sum, entry) => sum + (known.has(entry.object) ? 0 : entry.bytes), 0);
}
