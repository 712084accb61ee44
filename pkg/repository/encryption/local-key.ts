import * as z from 'zod';
import type { Log } from '../../contract/ports.ts';
import type { StateStore } from '../../lib/state.ts';
import { StoredKey } from './key-files.ts';

/** A key of a repository, as the local state remembers it. */
const KnownKey = z.object({
  key: StoredKey,
  /** The recipients who can read every object that was stored under it; absent in what an earlier release wrote. */
  readers: z.array(z.string()).optional(),
});
type KnownKey = z.infer<typeof KnownKey>;

/** What the local state holds of one repository. */
const LocalKey = KnownKey.extend({
  /** The set of recipients for which the key file was written and read back. */
  wrappedFor: z.string(),
  /** Keys that this one replaced, newest first. */
  earlier: z.array(KnownKey).optional(),
});
export type LocalKey = z.infer<typeof LocalKey>;

interface LocalPorts {
  state?: StateStore;
  log: Log;
}

/** Reads what the local state holds of a repository. */
export async function readLocal({ state, log }: LocalPorts, repository: string): Promise<LocalKey | undefined> {
  return parseLocal(await state?.get(stateName(repository)), repository, log);
}

function parseLocal(bytes: Buffer | undefined, repository: string, log: Log): LocalKey | undefined {
  if (bytes === undefined) {
    return undefined;
  }
  try {
    const local = LocalKey.parse(JSON.parse(bytes.toString('utf8')));
    return local.key.repository === repository ? local : undefined;
  } catch {
    log.warn({ repository }, 'the local state of this repository is damaged and will be written again');
    return undefined;
  }
}

/**
 * Remembers the key in use, and as earlier ones all that are there: another process may have stored one meanwhile.
 * Without a local state that is a warning.
 */
export async function writeLocal({ state, log }: LocalPorts, own: Omit<LocalKey, 'earlier'>): Promise<void> {
  if (state === undefined) {
    log.warn({}, 'there is no local state: the next run will not recognize the objects that this one stores');
    return;
  }
  const { id, repository } = own.key;
  await state.update(stateName(repository), (there) => {
    const others = knownKeys(parseLocal(there, repository, log)).filter(({ key }) => key.id !== id);
    const earlier = others.map(({ key, readers }) => ({ key, readers }));
    return Buffer.from(JSON.stringify({ ...own, earlier }));
  });
}

/** A key that the local state remembers; of the one in use also the recipients for which it was wrapped. */
export type RememberedKey = KnownKey & { wrappedFor?: string };

/** All keys of a repository that the local state remembers, the one in use first. */
export function knownKeys(local: LocalKey | undefined): RememberedKey[] {
  return local === undefined ? [] : [local, ...(local.earlier ?? [])];
}

function stateName(repository: string): string {
  return `repository-${repository}`;
}
