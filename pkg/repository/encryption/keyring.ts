import { timingSafeEqual } from 'node:crypto';
import type { DashkeepError } from '../../contract/errors.ts';
import { newKeyPair, openWith, recipientOf, sealFor, type Opener, type Seal } from './encryption.ts';
import { objectIdOf, type Text } from '../objects/id.ts';

/**
 * The secrets of an encrypted repository that its writers share. Anyone who holds them can compute what an object's id
 * is and read manifests, run records and the index (who, what, when), but not the content of a single object.
 */
export interface RepositoryKey {
  id: string;
  /** The repository's id, so that a lost dashkeep.json can be written again. */
  repository: string;
  /** 32 bytes as hex: key of the HMAC that object ids are. */
  objectIdKey: string;
  /** age identity that opens metadata. */
  metadataIdentity: string;
}

/** How content is named, sealed and opened in one repository, by what this process was given. */
export interface Keyring {
  /** Whether what this process writes is encrypted. */
  readonly encrypted: boolean;
  /** Whether nothing may be written with it. */
  readonly readOnly: boolean;
  /** Why a backup with the secrets given would be refused. */
  readonly refusal: DashkeepError | undefined;
  /** The current key; undefined when writing is plain. */
  readonly current: RepositoryKey | undefined;
  /** Every key that could be opened, the current one among them. */
  readonly keys: readonly RepositoryKey[];
  /** Whether a trusted key signed the key, or the local state holds it. */
  mayWriteUnder(key: RepositoryKey): boolean;
  /** Whether a person gave identities, so that encrypted objects can be read. */
  readonly readsObjects: boolean;
  /** Whether none of those identities is that of a recipient, where recipients are given. */
  readonly isForOthers: boolean;
  /** The recipients of the identities that a person gave. */
  readonly own: readonly string[];
  /** Who can read what is written from now on. */
  readonly recipients: readonly string[];
  /** The recipients whose identities are in the repository, under a passphrase that was given. */
  readonly ofPassphrase: readonly string[];
  /** Those of them who cannot read all objects that are reused, until these are encrypted again. */
  readonly latecomers: readonly string[];
  /** Whether the current key took the place of one for other recipients. */
  readonly isSuccessor: boolean;
  /** The id of a text, which may come in parts. */
  objectId(text: Text): string;
  /**
   * Whether the text, whose parts can be had more than once, has that id, in the plain form or under any key that is
   * known here.
   */
  check(id: string, text: Text, encrypted: boolean): 'match' | 'mismatch' | 'unknown';
  /** The key under which the text has that id; undefined when none that is known here. */
  keyOf(id: string, text: Text): RepositoryKey | undefined;
  /** Seals an object: for the recipients alone. */
  sealObject(plain: Buffer): Promise<Buffer>;
  /** Seals a manifest, run record or index: for the recipients and the writers' own metadata identity. */
  sealMetadata(plain: Buffer): Promise<Buffer>;
  /** Seals a run record like metadata; where nothing else may be written, for the writers' metadata identity alone. */
  sealRecord(plain: Buffer): Promise<Buffer>;
  /**
   * Whether another process has stored a key since, in place of the one that this process has not stored yet, or the
   * file with the key that it stored is missing or changed.
   */
  isOutdated(): Promise<boolean>;
  /** Whether that file was missing or changed, and is written again; said once. */
  tookBack(): boolean;
  readonly opener: Opener;
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

export interface KeyringOptions {
  /** Empty = plain. */
  recipients: readonly string[];
  /** What a person gave. */
  identities: readonly string[];
  /** Those of the identities that a passphrase opened. */
  unlocked?: readonly string[];
  /** The key that this process writes under; needed with recipients. */
  current?: RepositoryKey;
  /** Those of the recipients who can read every object that was stored under it; all when absent. */
  readers?: readonly string[];
  /** Whether it took the place of a key for other recipients. */
  isSuccessor?: boolean;
  /** Every key that could be opened. */
  keys: readonly RepositoryKey[];
  /** Those that a trusted key signed. */
  trusted?: readonly RepositoryKey[];
  /** Why nothing but run records may be written, when that is so; and under which key those, if there is one. */
  readOnly?: DashkeepError;
  refusal?: DashkeepError | undefined;
  recordsUnder?: RepositoryKey | undefined;
  /** Stores the key before anything is sealed under it, where opening did not. */
  storeKey?: () => Promise<void>;
  /** What is done before the first object is sealed. */
  beforeObjects?: () => Promise<void>;
  isOutdated?: () => Promise<boolean>;
  tookBack?: () => boolean;
}

/**
 * The keyring of a process: what it seals for, and with which keys it opens.
 * @throws DK_ENCRYPTION for a key or recipient that is not valid
 */
export async function makeKeyring(options: KeyringOptions): Promise<Keyring> {
  const { current, readOnly } = options;
  const keys = dedupe([...(current === undefined ? [] : [current]), ...options.keys]);
  const opener = openWith({
    identities: [...options.identities, ...keys.map((key) => key.metadataIdentity)],
    isPersonal: options.identities.length > 0,
  });
  let sealObject: Seal = async (plain) => plain;
  let sealMetadata: Seal = sealObject;
  if (current !== undefined) {
    sealObject = sealFor(options.recipients);
    sealMetadata = sealFor([...options.recipients, await recipientOf(current.metadataIdentity)]);
  }
  if (readOnly !== undefined) {
    sealObject = sealMetadata = async () => {
      throw readOnly;
    };
  }
  if (options.storeKey !== undefined) {
    [sealObject, sealMetadata] = storingFirst(options.storeKey, [sealObject, sealMetadata]);
  }
  if (options.beforeObjects !== undefined) {
    [sealObject] = storingFirst(options.beforeObjects, [sealObject]);
  }
  const { recordsUnder } = options;
  const sealRecord =
    recordsUnder === undefined ? sealMetadata : sealFor([await recipientOf(recordsUnder.metadataIdentity)]);
  const own = await Promise.all(options.identities.map(recipientOf));
  const isForOthers = options.recipients.length > 0 && !own.some((one) => options.recipients.includes(one));
  const keyOf: Keyring['keyOf'] = (id, text) => keys.find((key) => same(objectIdOf(text, key.objectIdKey), id));
  return {
    encrypted: current !== undefined || readOnly !== undefined,
    readOnly: readOnly !== undefined,
    refusal: options.refusal,
    current,
    keys,
    mayWriteUnder: (key) =>
      [...(readOnly === undefined && current !== undefined ? [current] : []), ...(options.trusted ?? [])].some((one) =>
        isSameKey(one, key),
      ),
    readsObjects: options.identities.length > 0,
    isForOthers,
    own,
    recipients: options.recipients,
    ofPassphrase: await Promise.all((options.unlocked ?? []).map(recipientOf)),
    latecomers: options.recipients.filter((one) => options.readers?.includes(one) === false),
    isSuccessor: options.isSuccessor === true,
    objectId: (text) => objectIdOf(text, current?.objectIdKey),
    check(id, text, encrypted) {
      if (!encrypted) {
        return same(objectIdOf(text, undefined), id) ? 'match' : 'mismatch';
      }
      if (keys.length === 0) {
        return 'unknown';
      }
      return keyOf(id, text) === undefined ? 'mismatch' : 'match';
    },
    keyOf,
    sealObject,
    sealMetadata,
    sealRecord,
    isOutdated: options.isOutdated ?? (async () => false),
    tookBack: options.tookBack ?? (() => false),
    opener,
  };
}

/** The same seals, the first of which stores the key. */
function storingFirst<Seals extends Seal[]>(storeKey: () => Promise<void>, seals: [...Seals]): Seals {
  let storing: Promise<void> | undefined;
  const stored = (): Promise<void> =>
    (storing ??= storeKey().catch((error: unknown) => {
      storing = undefined;
      throw error;
    }));
  const after =
    (seal: Seal): Seal =>
    (plain) =>
      stored().then(() => seal(plain));
  return seals.map(after) as Seals;
}

/** The first of each id: the current key is not to be hidden by one that someone put there under its id. */
function dedupe(keys: readonly RepositoryKey[]): RepositoryKey[] {
  return keys.filter(({ id }, index) => keys.findIndex((one) => one.id === id) === index);
}

function isSameKey(a: RepositoryKey, b: RepositoryKey): boolean {
  return a.id === b.id && a.objectIdKey === b.objectIdKey && a.metadataIdentity === b.metadataIdentity;
}

/** A fresh key; ids as for snapshots, so that the newest is known. */
export async function newRepositoryKey(id: string, repository: string, objectIdKey: string): Promise<RepositoryKey> {
  const { identity } = await newKeyPair();
  return { id, repository, objectIdKey, metadataIdentity: identity };
}
