import * as z from 'zod';
import { DashkeepError } from '../contract/errors.ts';
import type { Clock, Log, Randomness } from '../contract/ports.ts';
import { reason, type ReasonCode } from '../contract/reasons/catalogue.ts';
import { refusal } from '../contract/reasons/reason.ts';
import type { ObjectStore } from '../storage/store.ts';
import { CONFIG_KEY, foreignName, KEYS, printable, SNAPSHOTS } from './layout.ts';
import { findingError } from './signing/finding-error.ts';

/** More than it will ever be. The less may come, the sooner a target that does not respond is given up. */
const MAX_CONFIG_BYTES = 64 * 1024;

/** `dashkeep.json`: written once, never changed; only a label and a promise of the format. */
const RepositoryConfig = z.object({
  format: z.literal(1),
  id: z.string().regex(/^[0-9a-f]{32}$/),
  created: z.iso.datetime(),
});
export type RepositoryConfig = z.infer<typeof RepositoryConfig>;

export interface ConfigPorts {
  store: ObjectStore;
  /** Id of the repository that this installation remembers at this target. */
  remembered?: string;
  clock: Clock;
  randomness: Randomness;
  log: Log;
  /** Called before a repository is made where there was none; none is made if it fails. */
  onNew?: (id: string) => Promise<void>;
  signal?: AbortSignal;
}

/**
 * Reads `dashkeep.json`.
 * @returns undefined when there is none.
 * @throws DK_REPOSITORY_FORMAT for another format, or for a file that is none.
 */
export async function readConfig(
  store: ObjectStore,
  signal?: AbortSignal,
  read: typeof readOnce = readOnce,
): Promise<RepositoryConfig | undefined> {
  let text: string;
  try {
    text = (await read(store, signal)).toString('utf8');
  } catch (error) {
    if (error instanceof DashkeepError && error.code === 'DK_STORE_NOT_FOUND') {
      return undefined;
    }
    if (error instanceof DashkeepError && error.code === 'DK_STORE_TOO_LARGE') {
      throw foreignConfig(error);
    }
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refusal('DK_REPOSITORY_FORMAT', reason('config-damaged', { key: CONFIG_KEY }), {
      cause,
      advice: reason('repair-configuration', { command: 'dashkeep repair' }),
    });
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (format !== 1) {
    // Not its text: the file may be anything that an address answers.
    const found = Number.isInteger(format) ? `format ${String(format)}` : 'an unknown format';
    throw refusal('DK_REPOSITORY_FORMAT', reason('config-format', { key: CONFIG_KEY, format: found }));
  }
  const config = RepositoryConfig.safeParse(value);
  if (!config.success) {
    throw foreignConfig(config.error);
  }
  return config.data;
}

/** @throws DK_REPOSITORY_MISSING where a target was emptied, mounted or replaced while a run wrote to it */
export async function assertStillThere(
  { store, id }: { store: ObjectStore; id: string },
  signal: AbortSignal,
): Promise<void> {
  if ((await readConfig(store, signal))?.id !== id) {
    const advice = reason('run-backup-again');
    const message = `the repository is no longer in ${store.description}; nothing was published`;
    throw new DashkeepError('DK_REPOSITORY_MISSING', message, { advice });
  }
}

function foreignConfig(cause: unknown): DashkeepError {
  return refusal('DK_REPOSITORY_FORMAT', reason('config-foreign', { key: CONFIG_KEY }), {
    cause,
    advice: reason('repair-configuration', { command: 'dashkeep repair' }),
  });
}

/** @returns what is wrong with `dashkeep.json` in a repository; undefined if it can be read */
export async function configDamage(store: ObjectStore, signal?: AbortSignal): Promise<DashkeepError | undefined> {
  try {
    return (await readConfig(store, signal)) === undefined ? missingConfig() : undefined;
  } catch (error) {
    if (error instanceof DashkeepError && isDamage(error)) {
      return error;
    }
    throw error;
  }
}

/** @returns what is wrong where there is no `dashkeep.json` in a repository */
function missingConfig(): DashkeepError {
  const advice = reason('repair-configuration', { command: 'dashkeep repair' });
  return new DashkeepError('DK_REPOSITORY_FORMAT', `${CONFIG_KEY} is missing from the target`, { advice });
}

function readOnce(store: ObjectStore, signal: AbortSignal | undefined): Promise<Buffer> {
  return store.get(CONFIG_KEY, { signal, maxBytes: MAX_CONFIG_BYTES });
}

/** For who writes: signatures name the id, so with a bit that turned on the way they would be of another repository. */
async function readTwice(store: ObjectStore, signal: AbortSignal | undefined): Promise<Buffer> {
  const [first, second] = [await readOnce(store, signal), await readOnce(store, signal)];
  return first.equals(second) ? first : readOnce(store, signal);
}

/**
 * Opens a repository's configuration, or makes one where there is none: under the remembered id where the file, or
 * everything, is gone.
 * @throws DK_REPOSITORY_MISSING, DK_REPOSITORY_EMPTIED, DK_REPOSITORY_FORMAT, DK_REPOSITORY_FOREIGN
 */
export async function openConfig(ports: ConfigPorts, create: boolean): Promise<Pick<RepositoryConfig, 'id'>> {
  const { store, remembered, signal } = ports;
  let found: RepositoryConfig | undefined;
  try {
    found = await readConfig(store, signal, create ? readTwice : readOnce);
  } catch (error) {
    // A first run that was cut short may leave half a file; nothing hangs on it yet. Nor does anything where the id is
    // remembered.
    const isNeeded = remembered === undefined && (!create || !(await isEmpty(store, signal)));
    if (!isDamage(error) || isNeeded) {
      throw formatFinding(error, remembered, store) ?? error;
    }
    ports.log.warn({ object: CONFIG_KEY }, 'the configuration of the repository is damaged; its remembered ID is used');
  }
  if (found !== undefined) {
    return found;
  }
  if (!create && remembered !== undefined) {
    if (await isEmpty(store, signal)) {
      throw findingError({ code: 'DK_REPOSITORY_EMPTIED', params: { remembered, target: store.description } });
    }
    return { id: remembered };
  }
  if (remembered !== undefined) {
    return writeConfig(ports, remembered);
  }
  if (create) {
    await assertNothingForeign(store, signal);
  }
  // A server that is no S3 may say of everything that it does not exist, but then it has no listings.
  if (!(await isEmpty(store, signal))) {
    return createdMeanwhile(ports);
  }
  if (!create) {
    throw new DashkeepError('DK_REPOSITORY_MISSING', `there is no repository in ${store.description}`);
  }
  const id = ports.randomness.hex(16);
  await ports.onNew?.(id);
  return writeConfig(ports, id);
}

/** Removes the configuration of a repository that was made in vain, unless something was stored in it meanwhile. */
export async function removeConfig({ store, signal }: Pick<ConfigPorts, 'store' | 'signal'>, id: string) {
  if ((await readConfig(store, signal))?.id === id && (await isEmpty(store, signal))) {
    await store.deleteMany([CONFIG_KEY], { signal });
  }
}

/**
 * Under another ID, all snapshots would be untrusted, so no second one is made beside them.
 * @throws DK_REPOSITORY_FORMAT unless another first run has made it
 */
async function createdMeanwhile({ store, signal }: ConfigPorts): Promise<RepositoryConfig> {
  const config = await readConfig(store, signal, readTwice);
  if (config === undefined) {
    throw missingConfig();
  }
  return config;
}

/**
 * A repository is only made beside what Dashkeep or the classic script wrote.
 * @throws DK_REPOSITORY_FOREIGN
 */
export async function assertNothingForeign(store: ObjectStore, signal?: AbortSignal): Promise<void> {
  const foreign = await foreignName(store, signal);
  if (foreign !== undefined) {
    throw new DashkeepError(
      'DK_REPOSITORY_FOREIGN',
      `${store.description} contains '${printable(foreign)}', which Dashkeep did not write`,
    );
  }
}

/** Another format where a repository is remembered: a newer Dashkeep upgraded it, or someone overwrote the file. */
export function formatFinding(
  error: unknown,
  remembered: string | undefined,
  store: ObjectStore,
): DashkeepError | undefined {
  const format = otherFormat(error);
  if (format === undefined || remembered === undefined) {
    return undefined;
  }
  return findingError({ code: 'DK_REPOSITORY_REPLACED', params: { remembered, target: store.description, format } });
}

/** The format that `dashkeep.json` has; undefined for any other error. */
export function otherFormat(error: unknown): string | undefined {
  const why = error instanceof DashkeepError ? error.why : undefined;
  return why?.code === 'config-format' ? why.params['format'] : undefined;
}

/** Whether `dashkeep.json` is no such file, and not merely one of another format. */
export function isDamage(error: unknown): boolean {
  const damages: readonly (ReasonCode | undefined)[] = ['config-damaged', 'config-foreign'];
  return error instanceof DashkeepError && error.why !== undefined && damages.includes(error.why.code);
}

/** Whether a target holds neither snapshots nor keys. */
export async function isEmpty(store: ObjectStore, signal?: AbortSignal): Promise<boolean> {
  for (const prefix of [SNAPSHOTS, KEYS]) {
    for await (const _ of store.list(prefix, { signal })) {
      return false;
    }
  }
  return true;
}

/**
 * Writes and reads back. Of two concurrent first runs one wins, and both go on with what is there.
 * @param options.overwrite - also a file of another format
 * @throws DK_STORE_FAILED when what comes back is not what was written
 */
export async function writeConfig(
  ports: Omit<ConfigPorts, 'randomness'>,
  id: string,
  { overwrite = false } = {},
): Promise<RepositoryConfig> {
  const { store, clock, signal, log } = ports;
  const config: RepositoryConfig = { format: 1, id, created: clock.now().toISOString() };
  const body = Buffer.from(`${JSON.stringify(config, null, 2)}\n`);
  for (let attempt = 0; ; attempt++) {
    const ifAbsent = attempt === 0 && !overwrite && store.capabilities.conditionalPut === 'enforced';
    await store.put(CONFIG_KEY, body, { ifAbsent, contentType: 'application/json', signal });
    try {
      const stored = await readConfig(store, signal, readTwice);
      if (stored !== undefined) {
        log.info({ repository: stored.id }, 'repository created');
        return stored;
      }
    } catch (error) {
      if (attempt >= 2 || !isDamage(error)) {
        throw error;
      }
    }
    if (attempt >= 2) {
      throw new DashkeepError('DK_STORE_FAILED', `${CONFIG_KEY} was written, but cannot be read back`);
    }
  }
}
