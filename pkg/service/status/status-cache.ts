import { countsNow, isRegularBackup } from '../../contract/manifest.ts';
import { compact } from '../../contract/compact.ts';
import { asDashkeepError } from '../../contract/errors.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import type { Finding } from '../../contract/findings.ts';
import { judgedAgain } from '../../engine/backup/losses/earlier.ts';
import { GrafanaHealth } from './health.ts';
import type { RepositoryCache } from '../repository/repository-cache.ts';
import { unopened } from '../../repository/encryption/opens.ts';
import { coverageOf } from '../../repository/snapshots/coverage.ts';
import { doubtsOfNewest } from '../repository/doubts.ts';
import { contentOf } from '../repository/tree.ts';
import { SERVER_KINDS } from '../../contract/kinds.ts';
import type { Manifest, SnapshotSummary } from '../../contract/manifest.ts';
import { summaryOf } from '../../repository/snapshots/manifests.ts';
import type { GrafanaStatus, OrgStatus, RepositoryStatus } from './status.ts';

const GRAFANA_EVERY_MS = 30_000;
/** While it does not answer: the pages recover with it. */
const GRAFANA_AGAIN_MS = 5_000;
const REPOSITORY_EVERY_MS = 5 * 60_000;
/** While something is wrong with it, or a newer list has other snapshots: the pages recover with it. */
const REPOSITORY_AGAIN_MS = 10_000;
/** While someone sees that it is not trusted, and may have just trusted it. */
const DOUBTED_AGAIN_MS = 4_000;

/** Keeps what the status says of Grafana and of the repository, so that answering it costs no request. */
export class StatusCache {
  readonly #repositoryCache: RepositoryCache;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #health: GrafanaHealth;
  readonly #started = { grafana: -Infinity, repository: -Infinity };
  readonly #busy: { grafana?: Promise<void>; repository?: Promise<void> } = {};
  /** When someone asked last. */
  #asked = -Infinity;
  /** Counts the targets: what is read of one that was replaced meanwhile is not kept. */
  #targets = 0;
  /** The list of snapshots that `repository` was read from. */
  #listed: string | undefined;
  grafana: GrafanaStatus = { reachable: false };
  /** Milliseconds that Grafana's clock is ahead of this machine's; undefined before its first response. */
  grafanaAhead: number | undefined;
  /** How the repository differs from what this service remembers, until a person accepts it. */
  findings: readonly Finding[] = [];
  /** Undefined until the repository was read for the first time. */
  repository: RepositoryStatus | undefined;

  constructor(
    grafana: { url: string; caFile?: string },
    repositoryCache: RepositoryCache,
    ports: { clock: Clock; log: Log },
  ) {
    this.#repositoryCache = repositoryCache;
    this.#clock = ports.clock;
    this.#log = ports.log;
    this.#health = new GrafanaHealth(grafana);
  }

  /** Looks at what is due, in the background. */
  refresh(signal: AbortSignal): void {
    this.#due('grafana', this.grafana.reachable ? GRAFANA_EVERY_MS : GRAFANA_AGAIN_MS, () => this.#readGrafana(signal));
    this.#due('repository', this.#repositoryEvery, () => this.#readRepository(signal));
  }

  /** Someone looks: what is not trusted is soon read again, because a person may trust it in another process. */
  asked(): void {
    this.#asked = this.#clock.monotonic();
  }

  /** The repository has changed: look at the next turn. */
  invalidate(): void {
    this.#started.repository = -Infinity;
  }

  /** Reads the repository once more; resolves when that has ended, even if it failed. */
  async reread(signal: AbortSignal): Promise<void> {
    // What is being read now may have begun too early.
    await this.#busy.repository;
    this.invalidate();
    this.refresh(signal);
    await this.#busy.repository;
  }

  /** The target is another one: nothing is known of it until it was read, which does not wait for the earlier one. */
  retarget(): void {
    this.#targets++;
    this.#busy.repository = undefined;
    this.repository = undefined;
    this.findings = [];
    this.invalidate();
  }

  get #repositoryEvery(): number {
    const isWatched = this.#isDoubted && this.#clock.monotonic() - this.#asked < REPOSITORY_AGAIN_MS;
    const isWorking = this.#repositoryCache.problem === undefined;
    const isOld = this.#repositoryCache.listed !== this.#listed;
    return isWatched && isWorking ? DOUBTED_AGAIN_MS : isOld || !isWorking ? REPOSITORY_AGAIN_MS : REPOSITORY_EVERY_MS;
  }

  get #isDoubted(): boolean {
    return this.findings.length > 0 || (this.repository?.untrusted.length ?? 0) > 0;
  }

  close(): Promise<void> {
    return this.#health.close();
  }

  #due(what: 'grafana' | 'repository', every: number, read: () => Promise<void>): void {
    const now = this.#clock.monotonic();
    if (this.#busy[what] !== undefined || now - this.#started[what] < every) {
      return;
    }
    this.#started[what] = now;
    const reading = read()
      .catch((error: unknown) => {
        this.#log.debug({ what, reason: asDashkeepError(error).message }, 'the status was not updated');
      })
      .finally(() => {
        if (this.#busy[what] === reading) {
          this.#busy[what] = undefined;
        }
      });
    this.#busy[what] = reading;
  }

  async #readGrafana(signal: AbortSignal): Promise<void> {
    const health = await this.#health.read(signal);
    if (!signal.aborted) {
      this.grafana = health;
      const ahead = (this.#health.date?.getTime() ?? Number.NaN) - this.#clock.now().getTime();
      this.grafanaAhead = Number.isFinite(ahead) ? ahead : undefined;
    }
  }

  /** Content and findings change together: neither is acted on without the other. */
  async #readRepository(signal: AbortSignal): Promise<void> {
    const target = this.#targets;
    let content: RepositoryStatus | undefined;
    try {
      content = await this.#readContent(signal);
    } catch (error) {
      this.#listed = undefined;
      throw error;
    } finally {
      const findings = await this.#repositoryCache.use(signal, (work) => work.inspect(signal));
      if (target === this.#targets) {
        this.findings = findings;
        this.repository = content ?? this.repository;
      }
    }
  }

  async #readContent(signal: AbortSignal): Promise<RepositoryStatus> {
    if (this.#isDoubted) {
      // Another process may have trusted them since they were listed.
      this.#repositoryCache.relist();
    }
    const snapshots = await this.#repositoryCache.snapshots(signal);
    this.#listed = this.#repositoryCache.listed;
    const backups = snapshots.filter((snapshot) => countsNow(snapshot) && isRegularBackup(snapshot));
    const future = snapshots.filter((one) => one.future === true).map(({ id }) => id);
    const untrusted = snapshots.filter(({ foreign }) => foreign === true);
    const onHold = snapshots.filter(({ hold }) => hold).length;
    const [newest] = backups;
    // The first look at Grafana says what time it is there.
    await this.#busy.grafana;
    const { clocks, newer } = await doubtsOfNewest(this.#repositoryCache, snapshots, this.grafanaAhead, signal);
    if (newest === undefined) {
      const nothing = { newest: undefined, content: {}, orgs: new Map(), uncounted: 0, ...compact({ clocks, newer }) };
      return { ...nothing, snapshots: snapshots.length, onHold, future, untrusted };
    }
    const { manifest: stored, encrypted } = await this.#repositoryCache.snapshot(newest.id, signal);
    const manifest = await this.#repositoryCache.read(signal, (repository) =>
      judgedAgain({ repository, log: this.#log, signal }, stored),
    );
    const refused = await this.#repositoryCache.read(signal, (one) => unopened(one, manifest, { signal }));
    const { shrunk, lastFull, upgrade } = manifest;
    const complete = backups.filter(({ status }) => status === 'complete');
    const isHeld = snapshots.some(({ id, hold }) => id === upgrade?.since && hold);
    // As the manifest says: an index of an earlier release lacks it.
    const signed = compact({ ...newest, shrunk });
    return {
      newest: signed,
      encrypted,
      coverage: coverageOf(manifest),
      ...compact({
        lastComplete: complete[0]?.time,
        firstComplete: complete.at(-1)?.time,
        lastFull,
        upgrade: isHeld ? upgrade : undefined,
        unopened: refused,
        clocks,
        newer,
      }),
      content: contentOf(manifest),
      snapshots: snapshots.length,
      onHold,
      orgs: statusByOrg(manifest, [signed, ...backups.slice(1)], snapshots),
      uncounted: snapshots.filter(({ held }) => held === undefined).length,
      future,
      untrusted,
    };
  }
}

/** Of each organization that any snapshot covers; what it holds only where the newest backup covers it. */
function statusByOrg(
  manifest: Manifest,
  backups: readonly SnapshotSummary[],
  snapshots: readonly SnapshotSummary[],
): RepositoryStatus['orgs'] {
  const orgs: RepositoryStatus['orgs'] = new Map();
  const of = (id: number): OrgStatus => {
    const status = orgs.get(id) ?? { newest: undefined, content: {}, snapshots: 0 };
    orgs.set(id, status);
    return status;
  };
  snapshots.forEach(({ held }) => held?.orgs.forEach(({ id }) => of(id).snapshots++));
  const [newest] = backups;
  // An index written by an older version does not count by organization; a manifest does not say who signed it.
  for (const backup of [{ ...summaryOf(manifest), ...newest }, ...backups]) {
    backup.held?.orgs.forEach(({ id }) => (of(id).newest ??= backup));
  }
  for (const { id } of manifest.orgs) {
    const resources = manifest.resources.filter(({ org, kind }) => org === id && !SERVER_KINDS.has(kind));
    of(id).content = contentOf({ resources });
  }
  return orgs;
}
