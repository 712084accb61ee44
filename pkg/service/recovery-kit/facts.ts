import type { SecretName } from '../../contract/api/settings.ts';
import { asDashkeepError, DashkeepError } from '../../contract/errors.ts';
import { countsNow, isFull, type Manifest } from '../../contract/manifest.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import { publicKeyFile } from '../../repository/layout.ts';
import type { Repository } from '../../repository/repository.ts';
import { fingerprintOf, publicPem } from '../../repository/signing/signing-key.ts';
import { openExplained } from '../../storage/open.ts';
import { FROM_SETTINGS } from '../../storage/s3/settings/settings.ts';
import { parseTarget, type Target } from '../../storage/target.ts';
import type { ServiceConfig } from '../config.ts';
import type { SecondCopy } from '../copy/second-copy.ts';
import { rootUrl } from '../notifications/page-link.ts';
import { isOf, type Caller } from '../organizations/caller.ts';
import { Needs, type AllNeeded } from '../readiness/needs.ts';
import { notEntered } from '../readiness/not-entered.ts';
import type { RepositoryCache } from '../repository/repository-cache.ts';
import type { SettingsStore } from '../settings/store.ts';
import type { StoreOptionsResolver } from '../storage/store-options.ts';
import { settingTexts, type Resolved } from './settings.ts';

export interface KitParts {
  config: ServiceConfig;
  settings: SettingsStore;
  repositoryCache: RepositoryCache;
  secondCopy: SecondCopy;
  storeOptions: StoreOptionsResolver;
  clock: Clock;
  randomness: Randomness;
  log: Log;
}

/** A key that snapshots are signed with. */
export interface Signer {
  fingerprint: string;
  /** PEM; undefined where the repository does not have it. */
  publicKey: string | undefined;
  /** Whether this installation signs with it. */
  isOwn: boolean;
}

/** A secret, encrypted to a passphrase. */
export interface SealedSecret {
  /** The name of the decrypted file. */
  name: string;
  /** An age file as text. */
  text: string;
}

/** Who can decrypt the backups. */
export interface Encryption {
  isEncrypted: boolean;
  /** Those whose identities people keep. */
  recipients: readonly string[];
  /** Who can read new backups: these, and the recipient of the passphrase. Empty if some of them are not known. */
  writtenFor: readonly string[];
  /** Whether the passphrase of the repository does. */
  hasPassphrase: boolean;
}

/** The second copy; an error where it could not be read. */
export interface CopyFacts {
  target: string;
  resolved: Resolved;
  signers: Signer[] | DashkeepError;
}

/** Everything that a kit says. No unencrypted secret. */
export interface KitFacts {
  time: Date;
  version: string;
  /** Address of Grafana as the service uses it, which may name no Grafana elsewhere. */
  grafanaUrl: string;
  /** Where people open Grafana, if that is known. */
  rootUrl: string | undefined;
  isInKubernetes: boolean;
  contacts: readonly string[];
  target: Target;
  resolved: Resolved;
  /** The settings that differ from the defaults, by variable. */
  settings: ReadonlyMap<string, string>;
  /** Addresses of the service and paths of files, by variable. */
  ofMachine: ReadonlyMap<string, string>;
  repository: string;
  /** Undefined without a second target. */
  copy: CopyFacts | undefined;
  encryption: Encryption;
  /** This installation's key first. */
  signers: Signer[];
  /** The newest backup from which nothing is missing, and who signed it. */
  snapshot: { manifest: Manifest; signer: string | undefined } | undefined;
  /** What a recovery needs from elsewhere; an error where the stored objects cannot be read. */
  needed: AllNeeded | DashkeepError | undefined;
  /** Variables of secrets that Dashkeep itself was given. */
  ownSecrets: readonly string[];
  /** Where the credentials of the target come from, if not from one of these variables. */
  credentials: string | undefined;
  sealed: readonly SealedSecret[];
}

/** Milliseconds to wait for Grafana, which the kit does without if it is down. */
const LONGEST_MS = 3_000;

/** Milliseconds to wait for the second copy, for the same reason. */
const LONGEST_COPY_MS = 15_000;

/**
 * Gathers what a kit says. Reads only.
 * @param caller - undefined for the whole installation
 * @throws DK_UNCONFIGURED, DK_REPOSITORY_MISSING, DK_STORE_…
 */
export async function kitFacts(
  parts: KitParts,
  { caller, contacts, sealed }: Pick<KitFacts, 'contacts' | 'sealed'> & { caller: Caller | undefined },
  signal: AbortSignal,
): Promise<KitFacts> {
  const { config, settings, repositoryCache, storeOptions, clock, randomness, log } = parts;
  const effective = await settings.effective();
  const { values } = effective;
  const { url } = values.target;
  const about = await repositoryCache.read(signal, async (repository) => ({
    id: repository.id,
    encryption: encryptionOf(repository),
    signers: await signersOf(repository, signal),
  }));
  const within = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  const root = await rootUrl({ repositoryCache, log, signal: within });
  const opened = await openExplained(url, { ...storeOptions.of(effective), clock, random: randomness, log });
  await opened.store.close();
  const resolved = withoutKey(opened.settings);
  const snapshots = await repositoryCache.snapshots(signal);
  const newest = snapshots.find((one) => countsNow(one) && isFull(one));
  const manifest = newest && (await repositoryCache.manifest(newest.id, signal));
  const needed = manifest && (await neededFor(repositoryCache, manifest, caller, signal));
  if (needed instanceof DashkeepError) {
    log.warn({ reason: needed.message }, `the kit names no plugins and no secrets: ${needed.hint}`);
  }
  const ownSecrets = secretsOf(config.variables, settings);
  const from = opened.settings.find(({ name }) => name === 'credentials')?.from;
  return {
    time: clock.now(),
    version: config.version,
    grafanaUrl: withoutPassword(config.grafana.url),
    rootUrl: root && withoutPassword(root),
    isInKubernetes: config.kubernetes.apiServer !== undefined,
    contacts,
    target: parseTarget(url),
    resolved,
    settings: settingTexts(config.variables, values, resolved, {
      trusted: about.signers.map(({ fingerprint }) => fingerprint),
      recipients: about.encryption.recipients.length > 0 ? about.encryption.writtenFor : [],
    }),
    ofMachine: new Map(
      [...config.variables.ofMachine].map(([name, text]) => [
        name,
        name === 'DASHKEEP_URL' ? withoutPassword(text) : text,
      ]),
    ),
    repository: about.id,
    copy: await copyFacts(parts, signal),
    encryption: about.encryption,
    signers: about.signers,
    snapshot: manifest && { manifest, signer: newest?.signer },
    needed,
    ownSecrets,
    credentials: from === undefined || from === FROM_SETTINGS || ownSecrets.includes(from) ? undefined : from,
    sealed,
  };
}

async function copyFacts(
  { config, secondCopy, clock, randomness, log }: KitParts,
  signal: AbortSignal,
): Promise<CopyFacts | undefined> {
  if (config.copy === undefined) {
    return undefined;
  }
  const { target, storage } = config.copy;
  const within = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_COPY_MS)]);
  let resolved: Resolved = [];
  try {
    const opened = await openExplained(target.value, { ...storage(), clock, random: randomness, log });
    await opened.store.close();
    resolved = withoutKey(opened.settings);
    const signers = await secondCopy.read(within, (repository) => signersOf(repository, within));
    return { target: target.value, resolved, signers };
  } catch (error) {
    signal.throwIfAborted();
    return { target: target.value, resolved, signers: asDashkeepError(error) };
  }
}

/** The key itself is not among them, only where it came from. */
function withoutKey<T extends { name: string }>(settings: readonly T[]): T[] {
  return settings.filter(({ name }) => name !== 'credentials');
}

/** The variables as they are set, and those of the secrets of the settings page. */
function secretsOf({ ofSecrets, ofPage }: ServiceConfig['variables'], settings: SettingsStore): string[] {
  const { secrets } = settings.view();
  const ofSettings = (Object.keys(secrets) as SecretName[])
    .filter((name) => secrets[name].set)
    .map((name) => secrets[name].source ?? ofPage.get(name) ?? name);
  return [...new Set([...ofSecrets, ...ofSettings])];
}

/** What the backup lacks, with the secrets that no one has entered since a restore. */
async function neededFor(
  repositoryCache: RepositoryCache,
  manifest: Manifest,
  caller: Caller | undefined,
  signal: AbortSignal,
): Promise<AllNeeded | DashkeepError> {
  const needs = new Needs(repositoryCache);
  const needed = await needs.of(manifest, caller, signal);
  if (needed instanceof DashkeepError) {
    return needed;
  }
  const open = await notEntered(repositoryCache, needs, manifest, undefined, signal);
  const seen = open.filter((one) => caller === undefined || isOf(caller, one));
  const { items, elsewhere, all } = needed.secrets;
  const secrets = { items: [...items, ...seen], elsewhere: elsewhere + open.length - seen.length, all };
  return { ...needed, secrets };
}

function encryptionOf({ encrypted, keyring }: Repository): Encryption {
  const isOfPassphrase = (one: string): boolean => keyring.ofPassphrase.includes(one);
  const recipients = keyring.recipients.filter((one) => !isOfPassphrase(one));
  const hasPassphrase = encrypted && (recipients.length === 0 || keyring.recipients.some(isOfPassphrase));
  const writtenFor = keyring.refusal === undefined ? keyring.recipients : [];
  return { isEncrypted: encrypted, recipients, writtenFor, hasPassphrase };
}

/** The trusted keys. */
async function signersOf({ trust, store }: Repository, signal: AbortSignal): Promise<Signer[]> {
  const { own } = trust.keys;
  const signers = [...trust.keys.trusted].map(async (fingerprint): Promise<Signer> => {
    const isOwn = fingerprint === own?.key.fingerprint;
    const publicKey = isOwn ? publicPem(own.key.publicKey) : await readKey(store, fingerprint, signal);
    return { fingerprint, publicKey, isOwn };
  });
  return (await Promise.all(signers)).sort((a, b) => Number(b.isOwn) - Number(a.isOwn));
}

/** Larger than any public key. */
const KEY_BYTES = 4096;

/** Reads a public key from the repository; undefined if it does not match the fingerprint. */
async function readKey(
  store: Repository['store'],
  fingerprint: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const pem = await store
    .get(publicKeyFile(fingerprint), { signal, maxBytes: KEY_BYTES })
    .then((bytes) => bytes.toString('latin1'))
    .catch(() => undefined);
  const key = pem?.replace(/-----[A-Z ]+-----|\s/g, '') ?? '';
  return fingerprintOf(key) === fingerprint ? publicPem(key) : undefined;
}

/** The address without its user name and password. */
function withoutPassword(address: string): string {
  try {
    const { origin, pathname } = new URL(address);
    return origin + pathname.replace(/\/$/, '');
  } catch {
    return '';
  }
}
