import { createHash } from 'node:crypto';
import type { Confirmable, ReadinessItem } from '../../contract/api/readiness.ts';
import type { ScheduleStatus } from '../../contract/api/status.ts';
import { asDashkeepError, DashkeepError } from '../../contract/errors.ts';
import { countsNow, isFull, isRegularBackup, type Manifest, type SnapshotSummary } from '../../contract/manifest.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import type { KnownReason } from '../../contract/reasons/catalogue.ts';
import { isOfAll, type RunKind, type RunLine } from '../../contract/runs.ts';
import { judgedAgain } from '../../engine/backup/losses/earlier.ts';
import type { StateStore } from '../../lib/state.ts';
import { unopened } from '../../repository/encryption/opens.ts';
import { findingError } from '../../repository/signing/finding-error.ts';
import { untrustedFinding } from '../../repository/signing/signers.ts';
import type { Repository } from '../../repository/repository.ts';
import { coverageOf, type CoverageFound } from '../../repository/snapshots/coverage.ts';
import type { StoreProbe } from '../../storage/probe.ts';
import type { ServiceConfig } from '../config.ts';
import type { SecondCopy } from '../copy/second-copy.ts';
import type { Caller } from '../organizations/caller.ts';
import { manifestFor } from '../organizations/manifest-view.ts';
import { hidden } from '../organizations/run-view.ts';
import { summaryFor, type AskedFrom } from '../organizations/snapshot-view.ts';
import { doubtsOfNewest, type NewestDoubts } from '../repository/doubts.ts';
import type { History } from '../repository/history.ts';
import type { RepositoryCache } from '../repository/repository-cache.ts';
import type { Runs } from '../runs/runs.ts';
import type { SettingsStore } from '../settings/store.ts';
import { coverageNow } from '../status/coverage-now.ts';
import { GrafanaHealth } from '../status/health.ts';
import type { StatusView } from '../status/status-view.ts';
import { schedulesOf, type GrafanaStatus } from '../status/status.ts';
import { notCovered } from '../status/warnings.ts';
import { inForce, readConfirmations, type Confirmations } from './confirmations.ts';
import { notEntered } from './not-entered.ts';
import type { AllNeeded, Needs } from './needs.ts';

export interface ReadinessParts {
  config: Pick<ServiceConfig, 'grafana' | 'orgIds' | 'settings'>;
  settings: SettingsStore;
  repositoryCache: RepositoryCache;
  secondCopy: Pick<SecondCopy, 'isSet' | 'isLate' | 'target'>;
  runs: Runs;
  history: Pick<History, 'isAfter'>;
  askedFrom: AskedFrom;
  statusView: Pick<StatusView, 'overlooked' | 'refusal'>;
  state: StateStore;
  clock: Clock;
  log: Log;
}

/** What a bucket does against deletion; an error where it does not say. */
export interface Protection {
  versioning: boolean | DashkeepError;
  objectLock: boolean | DashkeepError;
  /** Lifecycle rules that delete what snapshots need. */
  expiring: string[] | DashkeepError;
}

/** What is known of the repository, as far as the caller may know it. */
export interface RepositoryFacts extends NewestDoubts {
  newest: SnapshotSummary | undefined;
  /** The newest from which nothing is missing. */
  complete: SnapshotSummary | undefined;
  /** Backups that no trusted key signed, for those who can trust their keys. */
  untrusted?: ReturnType<typeof untrustedFinding>;
  manifest: Manifest | undefined;
  coverage: CoverageFound | undefined;
  /** How it differs from what this installation remembers. */
  findings: DashkeepError[];
  /** The newest run of each kind that was neither cancelled nor interrupted, and says something about all snapshots. */
  runs: Partial<Record<RunKind, RunLine>>;
  /** Whether a backup failed after the complete one. */
  laterFailed: boolean;
  /** If the newest backup lacks much: when the newest restore ended. */
  restored?: string | undefined;
  /** Whether a schedule ever started a backup: a command line does not show whether a service runs. */
  scheduled: boolean;
  /** Undefined for a directory. */
  protection: Protection | undefined;
  encrypted: boolean;
  /** Recipients who cannot read all of what new snapshots reuse. */
  latecomers: readonly string[];
  /** Why the private key that is set here does not open the newest backup. */
  unopened: DashkeepError | undefined;
  /** Of the newest backup, or of the one before if much is gone; an error where its objects cannot be read. */
  needed: AllNeeded | DashkeepError | undefined;
  /** Secrets that nobody has entered since restores. */
  notEntered: ReadinessItem[];
}

/** What is known of the second target, where the deployment sets one. */
export interface CopyEvidence {
  /** Its address. */
  target: string;
  overdue: boolean;
  /** The newest copy that was neither cancelled nor interrupted. */
  last: RunLine | undefined;
  /** The newest that did not fail. */
  copied: RunLine | undefined;
  /** The newest that also read back everything. */
  read: RunLine | undefined;
}

/** Everything that readiness is judged by. */
export interface ReadinessFacts {
  now: Date;
  /** Whether the caller decides for all organizations. */
  home: boolean;
  /** An error where the repository cannot be read. */
  repository: RepositoryFacts | DashkeepError;
  /** Organizations that no backup covers, though no one chose to leave them out. */
  overlooked: KnownReason[];
  grafana: GrafanaStatus;
  /** Why Grafana lets no backup in. */
  refusal?: DashkeepError | undefined;
  schedule: ScheduleStatus | undefined;
  confirmations: Confirmations;
  /** Undefined without a second target. */
  copy?: CopyEvidence | undefined;
  /** Changes with what a person confirms. */
  about: Record<Confirmable, string>;
}

const TESTED: readonly RunKind[] = ['backup', 'verify', 'drill'];
const ENDED = ['complete', 'partial', 'failed'];
/** The command line and the metrics are for those who have all of it. */
const EVERYONE: Caller = { org: 0, home: true };

/**
 * Gathers what readiness is judged by. Reads only.
 * @param caller - undefined for the whole installation
 */
export async function readinessFacts(
  parts: ReadinessParts,
  needs: Needs,
  caller: Caller | undefined,
  signal: AbortSignal,
): Promise<ReadinessFacts> {
  const { config, settings, repositoryCache, statusView, state, clock } = parts;
  const now = clock.now();
  const about = { 'second-copy': '', 'private-key': '', secrets: '' };
  const health = new GrafanaHealth(config.grafana);
  try {
    const grafana = health.read(signal);
    const ahead = async (): Promise<number> => {
      await grafana;
      return (health.date?.getTime() ?? Number.NaN) - clock.now().getTime();
    };
    const repository = await repositoryFacts(parts, needs, caller, { ahead, signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      return shownTo(caller, asDashkeepError(error));
    });
    const { values } = settings.view();
    if ('runs' in repository) {
      about['second-copy'] = digest(values.target.url);
      about['private-key'] = digest(
        await repositoryCache.read(signal, async ({ keyring }) => [...keyring.recipients].sort()).catch(() => []),
      );
      const { needed } = repository;
      about.secrets = needed !== undefined && 'secrets' in needed ? digest(needed.secrets.all) : '';
    }
    return {
      now,
      home: caller?.home ?? true,
      repository,
      overlooked: statusView.overlooked.map((org) => notCovered(org)),
      grafana: await grafana,
      refusal: statusView.refusal && shownTo(caller, statusView.refusal),
      copy: await copyEvidence(parts, 'runs' in repository ? repository.complete : undefined, caller, signal),
      schedule: schedulesOf(values, now).find(({ job }) => job === 'backup'),
      confirmations: inForce(await readConfirmations(state)),
      about,
    };
  } finally {
    await health.close();
  }
}

async function repositoryFacts(
  { repositoryCache, runs, history, askedFrom, settings, config, log }: ReadinessParts,
  needs: Needs,
  caller: Caller | undefined,
  { ahead, signal }: { ahead: () => Promise<number>; signal: AbortSignal },
): Promise<RepositoryFacts> {
  const isWhole = caller?.home ?? true;
  const snapshots = await repositoryCache.snapshots(signal);
  const backups = snapshots
    .filter((one) => countsNow(one) && isRegularBackup(one))
    .flatMap((one) => (isWhole ? one : (summaryFor(one, caller as Caller, askedFrom) ?? [])));
  const newest = backups[0];
  const read = newest && (await repositoryCache.manifest(newest.id, signal));
  const judge = async (repository: Repository): Promise<Manifest | undefined> =>
    read && judgedAgain({ repository, log, signal }, read);
  const stored = read && (await repositoryCache.read(signal, judge));
  const manifest = stored === undefined || isWhole ? stored : manifestFor(stored, caller as Caller);
  const complete = backups.find((one) => isFull(one) && (one.id !== newest?.id || manifest?.shrunk === undefined));
  // If much is missing from the newest backup, a recovery restores the one before.
  const lost = manifest?.shrunk !== undefined && complete !== undefined;
  const restored = lost ? await repositoryCache.manifest(complete.id, signal) : stored;
  const needed = restored && (await needs.of(restored, caller, signal));
  const open = stored === undefined ? [] : await notEntered(repositoryCache, needs, stored, caller, signal);
  const [protection, findings, encrypted, latecomers] = await repositoryCache.use(signal, async (target) => [
    await protectionOf(target.probe, signal),
    await target.inspect(signal),
    target.encrypted,
    target.latecomers,
  ]);
  const refused =
    stored && (await repositoryCache.read(signal, (repository) => unopened(repository, stored, { signal })));
  const grafanaAhead = (await ahead()) || undefined;
  const { clocks, newer } = await doubtsOfNewest(repositoryCache, snapshots, grafanaAhead, signal);
  const ended = await Promise.all(
    TESTED.map(async (kind) => {
      const matches = (one: RunLine): boolean => one.kind === kind && ENDED.includes(one.status) && isOfAll(one);
      return [kind, await runs.newestCertain(matches, caller ?? EVERYONE, signal)] as const;
    }),
  );
  const found: RepositoryFacts['runs'] = Object.fromEntries(ended);
  const isRestore = (one: RunLine): boolean =>
    one.kind === 'restore' && one.connection === undefined && one.finished !== undefined;
  const restore = manifest?.shrunk && (await runs.newestCertain(isRestore, caller ?? EVERYONE, signal));
  return {
    // As the manifest says: an index of an earlier release lacks it.
    newest: newest && manifest?.shrunk ? { ...newest, shrunk: manifest.shrunk } : newest,
    complete,
    untrusted: isWhole ? untrustedFinding(snapshots.filter((one) => isRegularBackup(one))) : undefined,
    manifest,
    coverage: manifest && coverageNow(coverageOf(manifest), settings.view().values, idsOf(manifest), config),
    findings: findings.map((one) => shownTo(caller, findingError(one))),
    runs: found,
    laterFailed: found.backup?.status === 'failed' && complete !== undefined && history.isAfter(found.backup, complete),
    restored: restore?.finished,
    scheduled: backups.some(({ trigger }) => trigger === 'scheduled'),
    protection,
    encrypted,
    latecomers,
    unopened: refused,
    clocks: clocks && shownTo(caller, clocks),
    newer: isWhole ? newer : undefined,
    needed: needed instanceof DashkeepError ? shownTo(caller, needed) : needed,
    notEntered: open,
  };
}

async function copyEvidence(
  { secondCopy, runs }: Pick<ReadinessParts, 'secondCopy' | 'runs'>,
  backup: SnapshotSummary | undefined,
  caller: Caller | undefined,
  signal: AbortSignal,
): Promise<CopyEvidence | undefined> {
  if (!secondCopy.isSet) {
    return undefined;
  }
  const newest = (matches: (one: RunLine) => boolean): Promise<RunLine | undefined> => {
    const isCopy = (one: RunLine): boolean => one.kind === 'copy' && ENDED.includes(one.status) && matches(one);
    return runs.newestCertain(isCopy, caller ?? EVERYONE, signal);
  };
  const copied = await newest(({ status }) => status !== 'failed');
  return {
    target: secondCopy.target,
    overdue: secondCopy.isLate(backup && new Date(backup.time), copied),
    last: await newest(() => true),
    copied,
    // Other organizations do not see how much there is.
    read: await newest(({ status, counts }) => status !== 'failed' && counts['read'] !== 0),
  };
}

function idsOf({ orgs }: Manifest): number[] {
  return orgs.map(({ id }) => id);
}

/** Only the home organization sees the words of a problem, which may name what is not another one's. */
function shownTo(caller: Caller | undefined, problem: DashkeepError): DashkeepError {
  return (caller?.home ?? true) ? problem : new DashkeepError(problem.code, hidden(problem.code).message);
}

async function protectionOf(probe: StoreProbe | undefined, signal: AbortSignal): Promise<Protection | undefined> {
  const asked = <T>(answer: Promise<T>): Promise<T | DashkeepError> => answer.catch(asDashkeepError);
  return (
    probe && {
      versioning: await asked(probe.versioning(signal).then((kept) => kept === true)),
      objectLock: await asked(probe.objectLock(signal)),
      expiring: await asked(probe.expiringRules(signal)),
    }
  );
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}
