import { KIND_NAMES } from '../../contract/kinds.ts';
import { reasonOf } from '../../contract/errors.ts';
import type { KeptDeletion, Manifest, ManifestEntry, ResourceProblem } from '../../contract/manifest.ts';
import { kindContext } from '../../grafana/instance.ts';
import { withTimeLimit } from '../../lib/time-limit.ts';
import { MAX_RECORD_BYTES } from '../../repository/objects/codec.ts';
import type { BackupOptions } from '../backup/options.ts';
import { keyOf } from '../restore/target.ts';
import { deletionOf, readDeletions } from './deletions.ts';

/** Kinds of which Grafana lists what was deleted. */
const LISTED = new Set<string>(['dashboard', 'folder'] satisfies (typeof KIND_NAMES)[number][]);
const MOST = 5_000;
/** What they take of a manifest, whose head is read as a whole. */
const MOST_BYTES = MAX_RECORD_BYTES / 8;
/** A backup does not wait longer for them, in milliseconds. */
const WITHIN_MS = 5_000;

/**
 * Reads who deleted what the last snapshot has and this one lacks: Grafana forgets that when a restore creates it
 * again. It never rejects: a backup goes on without names. Grafana is asked only where something is missing.
 * @param now - what was read
 */
export async function deletedSince(
  options: Pick<BackupOptions, 'instance' | 'clock' | 'log' | 'signal' | 'kinds'> & { started: Date },
  previous: Manifest | undefined,
  now: { entries: readonly ManifestEntry[]; problems: readonly ResourceProblem[] },
): Promise<KeptDeletion[]> {
  const { instance, clock, log, signal, started } = options;
  const missing = missingNow(options.kinds ?? KIND_NAMES, previous, now);
  const orgs = instance.orgs.filter(({ id }) => missing.some(({ org }) => org === id));
  if (previous === undefined || orgs.length === 0) {
    return [];
  }
  // What a safety snapshot copied may have been deleted before it.
  const { started: since } = previous.basedOn ?? previous;
  const period = { after: new Date(since), before: started };
  const found: KeptDeletion[] = [];
  const late = new AbortController();
  const run = { clock, log, signal: AbortSignal.any([signal, late.signal]), decryptSecrets: false };
  let room = MOST_BYTES;
  const read = async (): Promise<void> => {
    for (const org of orgs) {
      const deletions = await readDeletions(kindContext(instance, org, run));
      for (const { kind, uid } of missing.filter((one) => one.org === org.id)) {
        const deletion = deletionOf({ kind, uid, ...period }, deletions);
        const kept = deletion && { org: org.id, kind, uid, ...deletion };
        room -= JSON.stringify(kept)?.length ?? 0;
        if (kept !== undefined && found.length < MOST && room >= 0) {
          found.push(kept);
        }
      }
    }
  };
  try {
    await withTimeLimit(clock, WITHIN_MS, signal, (over) => Promise.race([read(), over]));
  } catch (error) {
    log.debug({ reason: reasonOf(error) }, 'the authors of deletions are not known');
  } finally {
    late.abort();
  }
  return [...found];
}

function missingNow(
  kinds: NonNullable<BackupOptions['kinds']>,
  previous: Manifest | undefined,
  { entries, problems }: { entries: readonly ManifestEntry[]; problems: readonly ResourceProblem[] },
): ManifestEntry[] {
  // A problem without a uid means all of its kind.
  const known = new Set([...entries, ...problems].filter(({ kind }) => LISTED.has(kind)).map(keyOf));
  return (previous?.resources ?? []).filter(
    (entry) =>
      LISTED.has(entry.kind) &&
      kinds.includes(entry.kind) &&
      !known.has(keyOf(entry)) &&
      !known.has(keyOf({ ...entry, uid: '' })),
  );
}
