import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { FINDING_CODES, type Finding, type FindingCode } from '../../contract/findings.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import type { Abortable } from '../../lib/abortable.ts';
import { sharedTime } from '../clocks.ts';
import { isDamage, isEmpty, otherFormat, readConfig, writeConfig, type RepositoryConfig } from '../config.ts';
import type { Keyring } from '../encryption/keyring.ts';
import { publicKeyFile, snapshotKey } from '../layout.ts';
import { ENVELOPE_BYTES, MAX_MANIFEST_BYTES } from '../objects/codec.ts';
import { listSnapshots, type ManifestPorts, type StoredManifest } from '../snapshots/manifests.ts';
import { findingError } from '../signing/finding-error.ts';
import type { Remembered } from '../signing/remembered-target.ts';
import { futureSnapshots, isLater } from '../snapshots/future.ts';

type Found = Omit<Finding, 'since'>;

/** What an inspection needs of a repository. */
interface Inspected extends ManifestPorts {
  readonly id: string;
  clock: Clock;
  log: Log;
  /** The newest manifests that count. */
  reusable(count: number, calls: Abortable): Promise<StoredManifest[]>;
}

/** How a repository compares with what this installation remembers of its target. */
export interface Inspection {
  /** Everything that a person has not accepted yet. */
  all: Finding[];
  /** Those of them that no one has seen before. */
  fresh: Finding[];
  /** Whether another repository is there now. */
  replaced: boolean;
  /** Whether the repository's configuration is gone. */
  unconfigured: boolean;
}

/**
 * Compares the repository with what is remembered: its id, the newest snapshot and its signature. Three requests where
 * nothing is wrong. What is found is remembered.
 * @throws DK_REPOSITORY_FORMAT, DK_STORE_…
 */
export async function inspect(repository: Inspected, calls: Abortable = {}): Promise<Inspection> {
  const { trust, clock } = repository;
  const { target } = trust.keys;
  const remembered = await target?.read();
  if (target === undefined || remembered === undefined) {
    return { all: [], fresh: [], replaced: false, unconfigured: false };
  }
  const first = await look(repository, remembered, calls);
  // What only one of two looks finds is a bit that flipped on its way, and no finding.
  const { found, unconfigured } = first.found === undefined ? first : await look(repository, remembered, calls);
  const isSure = found !== undefined && found.code === first.found?.code;
  // The one that a person has to accept counts, where the looks differ.
  const sure = first.found?.unreadable === true ? found : first.found;
  const ended = await endedIn(repository, remembered, calls);
  const known = await target.note(isSure && sure !== undefined ? [sure] : [], clock, ended);
  return { ...known, replaced: isSure && found.code === 'DK_REPOSITORY_REPLACED', unconfigured };
}

async function look(
  repository: Inspected,
  remembered: Remembered,
  calls: Abortable,
): Promise<{ found: Found | undefined; unconfigured: boolean }> {
  const { store } = repository;
  const place = { remembered: remembered.repository, target: store.description };
  let config: RepositoryConfig | undefined;
  try {
    config = await readConfig(store, calls.signal);
  } catch (error) {
    const format = otherFormat(error);
    if (format !== undefined) {
      return { found: { code: 'DK_REPOSITORY_REPLACED', params: { ...place, format } }, unconfigured: false };
    }
    if (!isDamage(error)) {
      throw error;
    }
  }
  const found: Found | undefined =
    config !== undefined && config.id !== remembered.repository
      ? { code: 'DK_REPOSITORY_REPLACED', params: { ...place, found: config.id } }
      : await differenceIn(repository, remembered, place, calls);
  return { found, unconfigured: config === undefined };
}

/** Findings about a snapshot that was missing, or had an unreadable signature, and is now signed by a trusted key. */
async function endedIn(repository: Inspected, { findings }: Remembered, calls: Abortable): Promise<Finding[]> {
  const ended: Finding[] = [];
  for (const finding of findings) {
    const { unreadable, copiedTo, params } = finding;
    const id = unreadable === true ? params['missing'] : params['snapshot'];
    if (copiedTo !== true && id !== undefined && (await stateOf(repository, id, calls)) === 'signed') {
      ended.push(finding);
    }
  }
  return ended;
}

/**
 * Makes a target ready to be written to: the repository's configuration and the public half of its key are put back
 * where they are gone.
 * @throws DK_REPOSITORY_REPLACED
 */
export async function prepareTarget(
  repository: Inspected,
  { all, fresh, replaced, unconfigured }: Inspection,
  calls: Abortable,
): Promise<void> {
  const replacement = all.find(({ code }) => code === 'DK_REPOSITORY_REPLACED');
  if (replaced && replacement !== undefined) {
    throw findingError(replacement);
  }
  if (unconfigured) {
    await writeConfig({ ...repository, ...calls }, repository.id);
  }
  if (fresh.length > 0) {
    await repository.trust.signing.publishAgain(calls);
  }
}

/** @returns whether a code is one of a finding */
export function isFindingCode(code: string): code is FindingCode {
  return FINDING_CODES.some((one) => one === code);
}

async function differenceIn(
  repository: Inspected,
  { newest }: Remembered,
  place: { remembered: string; target: string },
  calls: Abortable,
): Promise<Found | undefined> {
  const { store, trust } = repository;
  if (newest === undefined) {
    const [known] = await repository.reusable(1, calls);
    if (known !== undefined) {
      await trust.keys.noteNewest(known.manifest.id);
      return undefined;
    }
    const key = trust.keys.own?.established === true ? publicKeyFile(trust.keys.own.key.fingerprint) : undefined;
    if (key === undefined || (await store.head(key, calls)) !== undefined) {
      return undefined;
    }
    return (await isEmpty(store, calls.signal))
      ? { code: 'DK_REPOSITORY_EMPTIED', params: place }
      : { code: 'DK_SIGNATURES_MISSING', params: { ...place, missing: key } };
  }
  switch (await stateOf(repository, newest, calls)) {
    case 'signed':
      return undefined;
    case 'unsigned':
      return { code: 'DK_SIGNATURES_MISSING', params: { ...place, missing: newest } };
    case 'unreadable':
      return { code: 'DK_SIGNATURES_MISSING', params: { ...place, missing: newest }, unreadable: true };
    case 'gone': {
      const [known] = await repository.reusable(1, calls);
      if (known !== undefined && (known.manifest.id > newest || (await isFuture(repository, newest, calls)))) {
        // Others back up there too, and their retention removed it; or one of them removed what was from the future.
        await trust.keys.noteNewest(known.manifest.id);
        return undefined;
      }
      return (await isEmpty(store, calls.signal))
        ? { code: 'DK_REPOSITORY_EMPTIED', params: { ...place, snapshot: newest } }
        : { code: 'DK_SNAPSHOT_LOST', params: { ...place, snapshot: newest } };
    }
  }
}

/**
 * The newest snapshot that a trusted key signed, other than those: in either form, and whether or not it can be read
 * here.
 */
export async function newestSigned(
  repository: Inspected,
  without: ReadonlySet<string>,
  calls: Abortable,
): Promise<string | undefined> {
  const keys = await listSnapshots(repository.store, calls);
  const future = await futureSnapshots(repository, keys, calls);
  for (const { id } of keys.reverse()) {
    if (!without.has(id) && !future.has(id) && (await stateOf(repository, id, calls)) === 'signed') {
      return id;
    }
  }
  return undefined;
}

/** By every clock: a target that shows another time must not hide that it lost something. */
async function isFuture(repository: Inspected, id: string, calls: Abortable): Promise<boolean> {
  return isLater(id, repository.clock.now()) && isLater(id, await sharedTime(repository, calls));
}

/** Nothing that Dashkeep writes is too large: it is another file in that place. */
const ABSENT: ReadonlySet<string> = new Set(['DK_STORE_NOT_FOUND', 'DK_STORE_TOO_LARGE']);

async function stateOf(
  { store, trust, keyring }: Inspected,
  id: string,
  { signal }: Abortable,
): Promise<'signed' | 'unsigned' | 'unreadable' | 'gone'> {
  const states: ('unsigned' | 'unreadable')[] = [];
  // It may be from before encryption was switched on, and someone may have put another file beside it.
  for (const encrypted of [keyring.encrypted, !keyring.encrypted]) {
    const file = snapshotKey(id, encrypted);
    try {
      const [bytes, { claims, unreadable }] = await Promise.all([
        store.get(file, { signal, maxBytes: MAX_MANIFEST_BYTES + ENVELOPE_BYTES }),
        trust.signatureOf(file, { signal }),
      ]);
      states.push(unreadable ? 'unreadable' : 'unsigned');
      const content = encrypted ? await contentOf(keyring, bytes) : undefined;
      if ((await trust.author(file, bytes, claims, compact({ content, signal }))).trusted) {
        return 'signed';
      }
    } catch (error) {
      if (!(error instanceof DashkeepError) || !ABSENT.has(error.code)) {
        throw error;
      }
      if (error.code === 'DK_STORE_TOO_LARGE') {
        states.push('unsigned');
      }
    }
  }
  return states.includes('unsigned') ? 'unsigned' : (states[0] ?? 'gone');
}

/** Undefined where nothing here opens it: then only the bytes can be compared with what was signed. */
function contentOf({ opener }: Keyring, bytes: Buffer): Promise<Buffer | undefined> {
  return opener.open(bytes, 'DK_MANIFEST_DAMAGED', 'the newest manifest').catch(() => undefined);
}
