import { DashkeepError } from '../../contract/errors.ts';
import { KIND_NAMES, type KindName, type ResourceRef } from '../../contract/kinds.ts';
import type { BelowPart } from '../../repository/index/versions/below/below.ts';
import type { KnownReason } from '../../contract/reasons/catalogue.ts';
import type { Manifest, ManifestEntry } from '../../contract/manifest.ts';
import type { Diff } from '../../contract/plan.ts';
import type { RunLine, RunRecord } from '../../contract/runs.ts';
import { backup } from '../../engine/backup/backup.ts';
import { backupOutcome } from '../../engine/backup/report.ts';
import { diffManifests } from '../../engine/diff.ts';
import { drillOutcome } from '../../engine/drill/report.ts';
import { PreviewRecords } from '../../engine/preview/record.ts';
import { countingManifest, drill, newestComplete } from '../../engine/drill/drill.ts';
import { writeEnd } from '../../engine/runs.ts';
import { pruneOutcome } from '../../engine/prune-report.ts';
import { verifyOutcome } from '../../engine/verify-report.ts';
import { deleteSnapshot } from '../../repository/snapshots/forget.ts';
import { withLocksRenewed } from '../../repository/sessions/locks.ts';
import { applyPrune, planPrune } from '../../repository/prune/prune.ts';
import type { RetentionPolicy } from '../../repository/snapshots/retention.ts';
import type { Searchable, SeenResource, Versions, VersionsBelow } from '../../repository/repository.types.ts';
import { verify } from '../../repository/verify/verify.ts';
import type { ObjectStore } from '../../storage/store.ts';
import type { Instance } from '../../grafana/instance.ts';
import type { Caller } from '../organizations/caller.ts';
import type { EffectiveSettings } from '../settings/effective.ts';
import { countsByOrg, newBytes } from './backup-counts.ts';
import { importableText, referencesOf } from './content.ts';
import { NO_VERSIONS, nothingToSearch } from './nothing.ts';
import { withInstance, type WithInstance } from './grafana-access.ts';
import { LazyRepository } from './lazy-repository.ts';
import { liveAuthors, liveBody, liveDiff, liveFolders } from './live.ts';
import { previewOperations, type PreviewOperations } from './previews.ts';
import { RestorePlans } from './restore-plans.ts';
import { newestRuns, runRecord } from './runs.ts';
import { openStore } from '../../storage/open.ts';
import type {
  IndexQuestion,
  LiveComparison,
  OpenOperations,
  PlannedRestore,
  Operations,
  ShownSnapshot,
  WatchDiff,
  WorkResult,
  WorkRun,
} from './work.ts';
import { forgetBy, policyOf, previewRetention, type Rules } from './retention.ts';
import type { OperationsOptions } from './options.ts';

/** The work of the service, done by the engine. */
export function openOperations(options: OperationsOptions): OpenOperations {
  return async (settings) => {
    const { limits, clock, randomness: random, log } = options;
    const store = await openStore(settings.values.target.url, { ...limits.of(settings), clock, random, log });
    return new EngineWork(options, settings, store);
  };
}

class EngineWork implements Operations {
  readonly previews: PreviewOperations;
  readonly #options: OperationsOptions;
  readonly #settings: EffectiveSettings;
  readonly #ports: Pick<OperationsOptions, 'clock' | 'randomness' | 'log'>;
  readonly #repository: LazyRepository;
  readonly #restores: RestorePlans;
  readonly #withInstance: WithInstance;
  readonly #toBackUp: WithInstance;
  readonly #inOrgOf: (caller: Caller) => WithInstance;

  constructor(options: OperationsOptions, settings: EffectiveSettings, store: ObjectStore) {
    const { clock, randomness, log, state, replicated, passphrases, trustedKeys, ignoreClock, version } = options;
    this.#options = options;
    this.#settings = settings;
    this.#ports = { clock, randomness, log };
    const ports = { ...this.#ports, state, replicated, passphrases, trustedKeys, ignoreClock };
    this.#repository = new LazyRepository(ports, settings, store);
    const orgs = options.orgIds ?? (settings.values.scope.orgs === 'all' ? 'all' : undefined);
    const records = new PreviewRecords(state, log);
    const inside = { ...options, previews: records };
    this.#withInstance = (signal, action, onProgress) => withInstance(inside, orgs, signal, action, onProgress);
    // Who sets the target in a page could otherwise read what only a server admin may see.
    const all = { ...inside, readsServer: settings.deploymentTarget };
    this.#toBackUp = (signal, action, onProgress) => withInstance(all, orgs, signal, action, onProgress);
    // The home organization needs no id: a small token may not even ask for its own.
    this.#inOrgOf =
      ({ org, home }) =>
      (signal, action, onProgress) =>
        withInstance(inside, home ? undefined : [org], signal, action, onProgress);
    const shared = { ports: this.#ports, repository: this.#repository, inOrgOf: this.#inOrgOf };
    this.#restores = new RestorePlans({ ...shared, version });
    this.previews = previewOperations({ ...shared, records, inAll: this.#withInstance });
  }

  get description(): string {
    return this.#repository.description;
  }

  get encrypted(): boolean {
    return this.#repository.encrypted;
  }

  async backup(run: WorkRun, { full, acceptLoss }: { full: boolean; acceptLoss?: string }): Promise<WorkResult> {
    const repository = await this.#repository.openOrMake(run.signal);
    const { scope } = this.#settings.values;
    const excluded = new Set(scope.excludeKinds);
    const before = await repository.previousManifest({ signal: run.signal });
    const warnings: KnownReason[] = [];
    const take = (instance: Instance): Promise<Manifest> =>
      backup({
        ...this.#ports,
        ...run,
        instance,
        repository,
        kinds: scope.excludeKinds.length === 0 ? undefined : KIND_NAMES.filter((kind) => !excluded.has(kind)),
        acceptLoss,
        fullReadEvery: full ? 1 : scope.fullReadEvery,
        // A person who asks for a backup wants what is there now.
        readsAll: run.trigger === 'manual',
        plainCopies: scope.plainCopies === 'auto' ? !repository.encrypted : scope.plainCopies === 'on',
        version: this.#options.version,
        onWarning: (warning) => warnings.push(warning),
      });
    const manifest = await this.#toBackUp(run.signal, take, run.onProgress);
    const { value: _, counts, ...outcome } = backupOutcome(manifest, warnings);
    const { orgs: _orgs, ...changes } = manifest.changes ?? {};
    const all = { ...counts, ...changes, bytes: newBytes(before, manifest) };
    return withLocksRenewed(repository, { ...outcome, counts: all, ...countsByOrg(before, manifest) }, run);
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
    return policy === undefined
      ? { status: 'complete', counts: { forgotten: 0 }, errors: [] }
      : forgetBy(policy, await this.#repository.open(run.signal), run.signal);
  }

  async prune(run: WorkRun, { confirmed }: { confirmed: boolean }): Promise<WorkResult> {
    const { signal } = run;
    const repository = await this.#repository.open(signal);
    const plan = await planPrune(repository, { signal });
    const pruned = await applyPrune(repository, plan, { ...this.#ports, signal, confirmed });
    const { value: _, ...result } = pruneOutcome(pruned);
    return withLocksRenewed(repository, result, run);
  }

  async drill(run: WorkRun, { snapshot }: { snapshot?: string }): Promise<WorkResult> {
    const repository = await this.#repository.open(run.signal);
    const manifest =
      snapshot === undefined
        ? await newestComplete(repository, run.signal)
        : await countingManifest(repository, snapshot, { signal: run.signal });
    const report = await this.#withInstance(
      run.signal,
      (instance) => drill({ ...this.#ports, ...run, manifest, repository, instance }),
      run.onProgress,
    );
    const { value: _, ...result } = drillOutcome(report);
    return result;
  }

  inspect(signal: AbortSignal): ReturnType<Operations['inspect']> {
    return this.#repository.inspect(signal);
  }

  async snapshots(signal: AbortSignal, whole = false): ReturnType<Operations['snapshots']> {
    const quick = whole ? undefined : await (await this.#repository.quickView(signal))?.snapshots({ signal });
    return quick ?? (await this.#repository.openIfThere(signal))?.snapshots({ whole, signal }) ?? [];
  }

  async snapshot(id: string, signal: AbortSignal): Promise<ShownSnapshot> {
    const repository = await this.#repository.openIfThere(signal);
    if (repository === undefined) {
      throw new DashkeepError('DK_NOT_FOUND', `there is no snapshot in ${this.description} yet`);
    }
    const { manifest, author } = await repository.stored(id, { signal });
    return { manifest, signature: repository.trust.signature(author) };
  }

  async versions(ref: ResourceRef, asked: IndexQuestion): Promise<Versions> {
    return (await this.#repository.openIfThere(asked.signal))?.versions(ref, asked) ?? NO_VERSIONS;
  }

  async versionsBelow(folder: ResourceRef, part: BelowPart & IndexQuestion): Promise<VersionsBelow> {
    const repository = await this.#repository.openIfThere(part.signal);
    return repository?.versionsBelow(folder, part) ?? { ...NO_VERSIONS, total: 0, more: false };
  }

  async searchable(asked: IndexQuestion): Promise<Searchable> {
    const repository = await this.#repository.openIfThere(asked.signal);
    return repository?.searchable(asked) ?? nothingToSearch(this.encrypted);
  }

  async everSeen(asked: Omit<IndexQuestion, 'within'>): Promise<SeenResource[]> {
    return (await this.#repository.openIfThere(asked.signal))?.everSeen(asked) ?? [];
  }

  async object(id: string, signal: AbortSignal): Promise<string> {
    return (await this.#repository.open(signal)).getObject(id, { signal });
  }

  body({ object }: ManifestEntry, signal: AbortSignal): Promise<string> {
    return this.object(object, signal);
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

  async retentionPreview(rules: Rules, signal: AbortSignal): ReturnType<Operations['retentionPreview']> {
    return previewRetention(await this.snapshots(signal, true), this.#policy(rules), this.#options.clock.now());
  }

  #policy(rules: Rules): RetentionPolicy | undefined {
    return policyOf(rules, this.#settings.values.schedule.timezone);
  }

  diff(from: Manifest, to: Manifest): Diff {
    return diffManifests(from, to);
  }

  async diffLive(manifest: Manifest, caller: Caller, signal: AbortSignal, watch?: WatchDiff): Promise<LiveComparison> {
    const repository = await this.#repository.open(signal);
    const options = { ...this.#ports, ...watch, repository, version: this.#options.version, signal };
    const diff = await this.#inOrgOf(caller)(signal, (instance) => liveDiff(instance, manifest, options));
    return { diff, errors: manifest.errors };
  }

  async liveBody(
    ref: Parameters<Operations['liveBody']>[0],
    caller: Caller,
    signal: AbortSignal,
  ): ReturnType<Operations['liveBody']> {
    const { encrypted: decryptSecrets } = await this.#repository.open(signal);
    const options = { ...this.#ports, signal, decryptSecrets };
    return this.#inOrgOf(caller)(signal, (instance) => liveBody(instance, ref, options));
  }

  authors(caller: Caller, signal: AbortSignal): ReturnType<Operations['authors']> {
    return this.#inOrgOf(caller)(signal, (instance) => liveAuthors(instance, caller.org, { ...this.#ports, signal }));
  }

  folders(caller: Caller, signal: AbortSignal): ReturnType<Operations['folders']> {
    return this.#inOrgOf(caller)(signal, (instance) => liveFolders(instance, caller.org, { ...this.#ports, signal }));
  }

  plan(...asked: Parameters<Operations['plan']>): Promise<PlannedRestore> {
    return this.#restores.plan(...asked);
  }

  planUndo(run: string, caller: Caller, signal: AbortSignal): Promise<PlannedRestore> {
    return this.#restores.planUndo(run, caller, signal);
  }

  async writeRun(record: RunRecord): Promise<void> {
    // Failing runs must not be what makes a repository.
    const repository = await this.#repository.openIfThere(AbortSignal.timeout(60_000));
    await (repository && writeEnd(repository, record));
  }

  runs(options: { limit: number; signal: AbortSignal }): Promise<RunLine[]> {
    return newestRuns(this.#repository, options);
  }

  run(id: string, signal: AbortSignal): Promise<RunRecord | undefined> {
    return runRecord(this.#repository, id, signal);
  }

  close(): Promise<void> {
    return this.#repository.close();
  }
}
