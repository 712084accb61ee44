import { compact } from '../contract/compact.ts';
import type { Manifest } from '../contract/manifest.ts';
import { asDashkeepError } from '../contract/errors.ts';
import { reason, sentenceOf, type KnownReason } from '../contract/reasons/catalogue.ts';
import { reasonFrom, warningOf, type Reason } from '../contract/reasons/reason.ts';
import { append } from '../lib/append.ts';
import { backup } from '../engine/backup/backup.ts';
import type { BackupOptions } from '../engine/backup/options.ts';
import { countsByOrg, countsOf } from '../engine/backup/report.ts';
import { importArchive, type CheckedArchive } from '../engine/import/import.ts';
import { mirror } from '../engine/mirror/mirror.ts';
import { publishedBy } from '../engine/runs.ts';
import { readAuthors, type Authors } from '../engine/versions/authors.ts';
import { kindContext, type Instance } from '../grafana/instance.ts';
import {
  foreignIdentityFinding,
  pendingRewrapFinding,
  REPLACED,
  restoredFinding,
} from '../repository/encryption/recipient-findings.ts';
import { idAfter } from '../repository/layout.ts';
import { isLater, laterThanClock, misdated, refusedOtherwise } from '../repository/snapshots/future.ts';
import { listSnapshots } from '../repository/snapshots/manifests.ts';
import { withLocksRenewed } from '../repository/sessions/locks.ts';
import { withInstance } from './grafana.ts';
import { guard } from './guard.ts';
import type { Run, RunOutcome } from './run.ts';
import type { Session } from './session.ts';

export interface BackupChoice extends Pick<
  BackupOptions,
  'kinds' | 'acceptLoss' | 'alarm' | 'fullReadEvery' | 'readsAll'
> {
  /** By default, where the repository is not encrypted. */
  plainCopies?: boolean;
}

/** Makes a snapshot of Grafana. @throws what a backup throws: then there is no snapshot */
export async function runBackup(
  session: Session,
  { plainCopies = !session.repository.encrypted, ...choice }: BackupChoice,
  run: Run,
): Promise<RunOutcome<Manifest>> {
  const { repository, grafana, version, clock, randomness, log } = session;
  const { signal } = run;
  let isPublishing = false;
  const onProgress: Run['onProgress'] = (progress) => {
    isPublishing ||= progress.phase === 'publishing';
    run.onProgress(progress);
  };
  let before = await repository.previousManifest({ signal });
  const warnings: Reason[] = [];
  const onWarning = (warning: KnownReason): void => void warnings.push(warning);
  let id = idAfter(before?.id, run.id, randomness);
  let grafanaAhead: number | undefined;
  const options = { ...choice, ...run, onProgress, plainCopies, onWarning, version, clock, randomness, log };
  const lasting = new Set([...(before?.orgs ?? []), ...(before?.scope?.others ?? [])].map(({ id }) => id));
  const manifest = await withInstance(
    { ...grafana(), lasting, readsServer: true },
    signal,
    async (instance) => {
      grafanaAhead = instance.orgs[0]?.client.clockAhead;
      const refused = laterThanClock(repository, before?.id, grafanaAhead);
      if (refused !== undefined) {
        throw refused;
      }
      const skipped = await skippedByClock(session, instance, before?.id, signal);
      id = idAfter(skipped[0], id, randomness);
      const follows = await firstCertain(repository, skipped, signal);
      before = follows ?? before;
      const made = await backup({ ...options, id, repository, instance, ...compact({ follows }) });
      append(warnings, instance.serverRefusal === undefined ? [] : [reasonFrom(instance.serverRefusal)]);
      append(warnings, await mirrored(session, instance, made, run));
      return made;
    },
    onProgress,
  ).catch(async (error: unknown) => {
    const calls = { signal: AbortSignal.timeout(CLOSING_MS) };
    const published = isPublishing && signal.aborted ? await publishedBy(repository, id, calls) : undefined;
    if (published === undefined) {
      throw error;
    }
    return published;
  });
  append(warnings, recipientWarnings(session, manifest, before));
  const rest = signal.aborted ? { ...run, signal: AbortSignal.timeout(CLOSING_MS) } : run;
  if (before === undefined && repository.encrypted && (await hasUnencrypted(repository, rest.signal))) {
    const earlier = reason('earlier-unencrypted', { command: 'dashkeep copy <target>' });
    log.warn({}, sentenceOf(earlier));
    warnings.push(earlier);
  }
  if (repository.ignoreClock) {
    const ids = (await listSnapshots(repository.store, rest)).map((one) => one.id);
    append(warnings, refusedOtherwise(repository, ids, grafanaAhead));
    append(warnings, await misdated(repository, manifest.id, rest));
  }
  append(warnings, await guard(session, manifest, before, rest));
  return withLocksRenewed(repository, outcomeOf(manifest, before, warnings), rest);
}

/**
 * While clocks are ignored, a clock that is behind takes the newest snapshots of a directory for ones from the future.
 * Those that neither Grafana's clock nor that of their files takes for such are to be followed.
 * @param last - the newest one that counts here
 * @returns their IDs, newest first
 */
async function skippedByClock(
  { repository: { store, ignoreClock }, clock }: Session,
  { orgs }: Instance,
  last: string | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  const ahead = orgs[0]?.client.clockAhead;
  if (ignoreClock !== true || store.localClock !== true || ahead === undefined) {
    return [];
  }
  const now = new Date(clock.now().getTime() + ahead);
  const keys = await listSnapshots(store, { signal });
  const past = keys.filter(({ id, lastModified }) => !isLater(id, now) && !isLater(id, lastModified));
  return past
    .map(({ id }) => id)
    .filter((id) => id > (last ?? ''))
    .sort()
    .reverse();
}

/** Limit of snapshots to read that may be damaged, or anyone's. */
const SKIPPED_READ = 20;

/** The first of these snapshots that is intact and that a trusted key signed. */
async function firstCertain(
  repository: Session['repository'],
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  for (const id of ids.slice(0, SKIPPED_READ)) {
    const manifest = await publishedBy(repository, id, { signal });
    if (manifest !== undefined) {
      return manifest;
    }
  }
  return undefined;
}

/** How long an interrupted run may still ask the store for, in milliseconds. */
const CLOSING_MS = 3_000;

async function hasUnencrypted({ store }: Session['repository'], signal: AbortSignal): Promise<boolean> {
  return (await listSnapshots(store, { signal })).some(({ encrypted }) => !encrypted);
}

/** What the current recipients cannot read, and whether the identity given can read what was written. */
function recipientWarnings(
  { repository, log }: Session,
  manifest: Manifest,
  before: Manifest | undefined,
): KnownReason[] {
  const { keyring } = repository;
  const findings = [pendingRewrapFinding(keyring), foreignIdentityFinding(keyring), restoredFinding(keyring)].filter(
    (one) => one !== undefined,
  );
  for (const { why, advice } of findings) {
    log.warn({ advice: sentenceOf(advice) }, sentenceOf(why));
  }
  // Under a new key, nothing has the ID that it had.
  const known = new Set(before?.resources.map(({ object }) => object));
  const isFirst = before?.resources.length !== 0 && !manifest.resources.some(({ object }) => known.has(object));
  const isReplaced = keyring.isSuccessor && isFirst && keyring.latecomers.length === 0;
  return [...findings.map(({ why }) => why), ...(isReplaced ? [REPLACED.why] : [])];
}

/** Makes a snapshot of an archive. @throws what an import throws: then there is no snapshot */
export async function runImport(session: Session, archive: CheckedArchive, run: Run): Promise<RunOutcome<Manifest>> {
  return outcomeOf(await importArchive(session, archive, run), undefined, []);
}

const NO_AUTHORS: Authors = { names: new Map(), known: new Set() };

/**
 * Mirrors a snapshot to Git, if that is set up. The mirror is a convenience: if it cannot be updated, that is a
 * warning.
 */
async function mirrored(
  { repository, mirror: to, clock, log }: Session,
  instance: Instance,
  manifest: Manifest,
  { id: run, signal }: Run,
): Promise<KnownReason[]> {
  try {
    if (to !== undefined) {
      const authors = async (id: number): Promise<Authors> => {
        const org = instance.orgs.find((one) => one.id === id);
        const ports = { clock, log, signal, decryptSecrets: false };
        return org === undefined ? NO_AUTHORS : readAuthors(kindContext(instance, org, ports));
      };
      const changed = await mirror(to, { manifest, repository, authors, signal });
      log.info({ run, changed }, 'the Git mirror was updated');
    }
    return [];
  } catch (error) {
    signal.throwIfAborted();
    const warning = reason('mirror-failed', { message: asDashkeepError(error).message });
    log.warn({ run }, sentenceOf(warning));
    return [warning];
  }
}

function outcomeOf(
  manifest: Manifest,
  before: Manifest | undefined,
  warnings: readonly Reason[],
): RunOutcome<Manifest> {
  const { id, status, errors } = manifest;
  const counts = { ...countsOf(manifest), bytes: newBytes(before, manifest) };
  const said = warnings.length === 0 ? {} : warningOf(warnings);
  return {
    value: manifest,
    status,
    snapshot: id,
    counts,
    ...countsByOrg(manifest, before?.resources ?? []),
    errors,
    ...said,
  };
}
/** How much content is new against the snapshot before, in bytes. */
function newBytes(before: Manifest | undefined, manifest: Manifest): number {
  const known = new Set(before?.resources.map(({ object }) => object));
  return manifest.resources.reduce((sum, entry) => sum + (known.has(entry.object) ? 0 : entry.bytes), 0);
}
