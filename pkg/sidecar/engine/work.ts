import type { LiveFolder } from '../../contract/api/restores.ts';
import { asDashkeepError, DashkeepError } from '../../contract/errors.ts';
import { parseJson, stringifyJson } from '../../contract/json.ts';
import { canonicalJson } from '../../contract/json.ts';
import { KIND_NAMES, type KindName } from '../../contract/kinds.ts';
import type { Manifest, ManifestEntry } from '../../contract/manifest.ts';
import type { Diff } from '../../contract/plan.ts';
import type { RunLine, RunRecord } from '../../contract/runs.ts';
import { backup } from '../../engine/backup/backup.ts';
import { backupOutcome } from '../../engine/backup/report.ts';
import { diffLive, diffManifests } from '../../engine/diff.ts';
import { drillOutcome } from '../../engine/drill/report.ts';
import { drill, newestComplete } from '../../engine/drill/drill.ts';
import { restore, restoreOutcome } from '../../engine/restore/restore.ts';
import type { Plan, PlanRequest } from '../../engine/restore/types.ts';
import { planUndo } from '../../engine/restore/undo.ts';
import { pruneOutcome } from '../../engine/prune-report.ts';
import { verifyOutcome } from '../../engine/verify-report.ts';
import { kindContext, type Instance } from '../../grafana/instance.ts';
import type { KindContext, Known } from '../../grafana/kinds/kind.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import { applyForget, deleteSnapshot, planForget } from '../../repository/forget.ts';
import { withLocksRenewed } from '../../repository/locks.ts';
import { applyPrune, planPrune } from '../../repository/prune.ts';
import { glance, type Glance } from '../../repository/glance.ts';
import { openRepository, type OpenedRepository, type OpenOptions } from '../../repository/repository.ts';
import { planRetention, type RetentionPolicy } from '../../repository/retention.ts';
import { verify } from '../../repository/verify.ts';
import type { StateStore } from '../../repository/state.ts';
import type { ObjectStore } from '../../storage/store.ts';
import type {
  EffectiveSettings,
  LiveComparison,
  OpenWork,
  PlannedRestore,
  PlanQuestion,
  Work,
  WorkResult,
  WorkRun,
} from '../work.ts';
import { withInstance, type InstanceOptions } from './instance.ts';
import { importableDashboard, liveDataSources, optionsOf, planWithDependencies, selectionOf } from './restore.ts';
import { openTarget } from './target.ts';

export interface EngineOptions extends InstanceOptions {
  version: string;
  /** Only these orgs, where the deployment names some. */
  orgIds?: number[];
  state: StateStore;
  environment: Readonly<Record<string, string | undefined>>;
  passphrases: () => Promise<string[]>;
}

const NOTHING_KNOWN: Known = { revision: () => undefined, size: 0 };

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
  readonly #store: ObjectStore;
  #repository: OpenedRepository | undefined;
  #opening: Promise<OpenedRepository> | undefined;

  constructor(options: EngineOptions, settings: EffectiveSettings, store: ObjectStore) {
    this.#options = options;
    this.#settings = settings;
    this.#store = store;
  }

  get description(): string {
    return this.#store.description;
  }

  get encrypted(): boolean {
    return this.#repository?.encrypted ?? this.#settings.values.encryption.recipients.length > 0;
  }

  async backup(run: WorkRun, { full }: { full: boolean }): Promise<WorkResult> {
    const repository = await this.#open(true, run.signal);
    const { scope } = this.#settings.values;
    const before = await repository.previousManifest({ signal: run.signal });
    const manifest = await this.#withInstance(run.signal, (instance) =>
      backup({
        ...this.#ports,
        ...run,
        instance,
        repository,
        kinds: this.#kinds,
        fullReadEvery: full ? 1 : scope.fullReadEvery,
        plainCopies: scope.plainCopies === 'auto' ? !repository.encrypted : scope.plainCopies === 'on',
        version: this.#options.version,
      }),
    );
    const { status, snapshot, counts, errors } = backupOutcome(manifest);
    const all = { ...counts, ...manifest.changes, bytes: newBytes(before, manifest) };
    return withLocksRenewed(repository, { status, snapshot, counts: all, errors }, run);
  }

  async verify(run: WorkRun, { readData, snapshot }: { readData: boolean; snapshot?: string }): Promise<WorkResult> {
    const repository = await this.#open(false, run.signal);
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
    const repository = await this.#open(false, run.signal);
    const plan = await planForget(repository, policy, { signal: run.signal });
    const { forgotten, remaining } = await applyForget(repository, plan, { signal: run.signal });
    const counts = { forgotten: forgotten.length, kept: plan.kept.length, remaining: remaining.length };
    return { status: remaining.length === 0 ? 'complete' : 'partial', counts, errors: [] };
  }

  async prune(run: WorkRun, { confirmed }: { confirmed: boolean }): Promise<WorkResult> {
    const repository = await this.#open(false, run.signal);
    const { signal } = run;
    const plan = await planPrune(repository, { signal });
    const { randomness } = this.#options;
    const { value: _, ...result } = pruneOutcome(await applyPrune(repository, plan, { signal, randomness, confirmed }));
    return withLocksRenewed(repository, result, run);
  }

  async drill(run: WorkRun, { snapshot }: { snapshot?: string }): Promise<WorkResult> {
    const repository = await this.#open(false, run.signal);
    const manifest =
      snapshot === undefined
        ? await newestComplete(repository, run.signal)
        : await repository.manifest(snapshot, { signal: run.signal });
    const report = await this.#withInstance(run.signal, (instance) =>
      drill({ ...this.#ports, ...run, manifest, repository, instance }),
    );
    const { value: _, ...result } = drillOutcome(report);
    return result;
  }

  async snapshots(signal: AbortSignal, whole = false): ReturnType<Work['snapshots']> {
    const glanced = whole ? undefined : await (await this.#glance(signal))?.snapshots({ signal });
    return glanced ?? (await this.#openIfThere(signal))?.snapshots({ whole, signal }) ?? [];
  }

  async manifest(id: string, signal: AbortSignal): Promise<Manifest> {
    const repository = await this.#openIfThere(signal);
    if (repository === undefined) {
      throw new DashkeepError('DK_NOT_FOUND', `there is no snapshot in ${this.description} yet`);
    }
    return repository.manifest(id, { signal });
  }

  async body(entry: ManifestEntry, signal: AbortSignal): Promise<string> {
    return (await this.#open(false, signal)).getObject(entry.object, { signal });
  }

  references(entry: ManifestEntry, text: string): { kind: KindName; uid: string }[] {
    const { title, folderUid, apiVersion } = entry;
    try {
      const found = kindOf(entry.kind).references({ body: parseJson(text), title, folderUid, apiVersion });
      return found.map(({ kind, uid }) => ({ kind, uid }));
    } catch (error) {
      // What it needs is an extra to its content.
      this.#options.log.debug({ kind: entry.kind, reason: asDashkeepError(error).message }, 'references are not known');
      return [];
    }
  }

  importable(entry: ManifestEntry, text: string): string | undefined {
    const dashboard = importableDashboard(entry, parseJson(text));
    return dashboard === undefined ? undefined : stringifyJson(dashboard);
  }

  async deleteSnapshot(id: string, signal: AbortSignal): Promise<void> {
    await deleteSnapshot(await this.#open(false, signal), id, { signal });
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
    const repository = await this.#open(false, signal);
    const diff = await this.#withInstance(signal, (instance) =>
      diffLive({ ...this.#ports, manifest, repository, instance, signal }),
    );
    return { diff, errors: manifest.errors };
  }

  async liveBody(
    { org, kind, uid }: Parameters<Work['liveBody']>[0],
    signal: AbortSignal,
  ): ReturnType<Work['liveBody']> {
    const repository = await this.#open(false, signal);
    return this.#inOrg(org, repository.encrypted, signal, async (context) => {
      const content = await kindOf(kind).read(context, { uid, title: uid });
      return content === undefined ? undefined : canonicalJson(content.body);
    });
  }

  async folders(org: number, signal: AbortSignal): ReturnType<Work['folders']> {
    return this.#inOrg(org, false, signal, async (context) => {
      const found: LiveFolder[] = [];
      for await (const { uid, title, folderUid } of kindOf('folder').list(context, NOTHING_KNOWN)) {
        found.push({ uid, title, ...(folderUid === undefined ? {} : { parentUid: folderUid }) });
      }
      return found;
    });
  }

  async plan({ snapshot, selection, options }: PlanQuestion, signal: AbortSignal): Promise<PlannedRestore> {
    const repository = await this.#open(false, signal);
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
    const repository = await this.#open(false, signal);
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
      apply: (run, confirm) =>
        this.#withInstance(run.signal, async (fresh) => {
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
            version: this.#options.version,
            signal: run.signal,
            onProgress: run.onProgress,
            note: run.note,
          });
          const { status, snapshot: safety, counts, errors } = restoreOutcome(applied);
          return { status, snapshot: safety, counts, errors, results: applied.results, safetySnapshot: safety };
        }),
    };
  }

  async writeRun(record: RunRecord): Promise<void> {
    // Failing runs must not be what makes a repository.
    const repository = await this.#openIfThere(AbortSignal.timeout(60_000));
    await repository?.writeRun(record);
  }

  async runs(options: { limit: number; signal: AbortSignal }): Promise<RunLine[]> {
    const glanced = await (await this.#glance(options.signal))?.runs(options);
    return glanced ?? (await this.#openIfThere(options.signal))?.runs(options) ?? [];
  }

  async run(id: string, signal: AbortSignal): Promise<RunRecord | undefined> {
    return (await this.#openIfThere(signal))?.run(id, { signal });
  }

  async close(): Promise<void> {
    await this.#repository?.close();
    await this.#store.close();
  }

  get #ports(): Pick<EngineOptions, 'clock' | 'randomness' | 'log'> {
    const { clock, randomness, log } = this.#options;
    return { clock, randomness, log };
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

  /** @throws DK_NOT_FOUND for an org that is out of reach */
  #inOrg<T>(
    org: number,
    decryptSecrets: boolean,
    signal: AbortSignal,
    action: (context: KindContext) => Promise<T>,
  ): Promise<T> {
    return this.#withInstance(signal, (instance) => {
      const home = instance.orgs.find(({ id }) => id === org);
      if (home === undefined) {
        throw new DashkeepError('DK_NOT_FOUND', `org ${org} is not among the orgs that can be read`);
      }
      const { clock, log } = this.#ports;
      return action(kindContext(instance, home, { clock, log, signal, decryptSecrets }));
    });
  }

  #withInstance<T>(signal: AbortSignal, action: (instance: Instance) => Promise<T>): Promise<T> {
    const orgs = this.#options.orgIds ?? (this.#settings.values.scope.orgs === 'all' ? 'all' : undefined);
    return withInstance(this.#options, orgs, signal, action);
  }

  async #openIfThere(signal: AbortSignal): Promise<OpenedRepository | undefined> {
    try {
      return await this.#open(false, signal);
    } catch (error) {
      if (error instanceof DashkeepError && error.code === 'DK_REPOSITORY_MISSING') {
        return undefined;
      }
      throw error;
    }
  }

  async #open(create: boolean, signal: AbortSignal): Promise<OpenedRepository> {
    if (this.#repository !== undefined) {
      return this.#repository;
    }
    this.#opening ??= this.#openNow(create, signal).finally(() => (this.#opening = undefined));
    try {
      return await this.#opening;
    } catch (error) {
      // Somebody who only looks may have asked at the same moment as the first backup.
      if (create && error instanceof DashkeepError && error.code === 'DK_REPOSITORY_MISSING') {
        return this.#openNow(true, signal);
      }
      throw error;
    }
  }

  async #openNow(create: boolean, signal: AbortSignal): Promise<OpenedRepository> {
    this.#repository = await openRepository(await this.#openOptions(create, signal));
    return this.#repository;
  }

  /** Quicker than opening for whoever only wants to see what there is; undefined when it is open. */
  async #glance(signal: AbortSignal): Promise<Glance | undefined> {
    return this.#repository === undefined ? glance(await this.#openOptions(false, signal)) : undefined;
  }

  async #openOptions(create: boolean, signal: AbortSignal): Promise<OpenOptions> {
    const { state, passphrases } = this.#options;
    const { encryption } = this.#settings.values;
    const { ageIdentity } = this.#settings.secrets;
    return {
      ...this.#ports,
      store: this.#store,
      state,
      recipients: encryption.recipients,
      identities: ageIdentity === undefined ? [] : [ageIdentity],
      passphrases: await passphrases(),
      create,
      signal,
    };
  }
}

/** How much content is new against the snapshot before. */
function newBytes(before: Manifest | undefined, manifest: Manifest): number {
  const known = new Set(before?.resources.map(({ object }) => object));
  return manifest.resources.reduce((sum, entry) => sum + (known.has(entry.object) ? 0 : entry.bytes), 0);
}
