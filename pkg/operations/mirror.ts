import { asDashkeepError } from '../contract/errors.ts';
import type { Manifest } from '../contract/manifest.ts';
import { reason, sentenceOf, type KnownReason } from '../contract/reasons/catalogue.ts';
import { mirror } from '../engine/mirror/mirror.ts';
import { readAuthors, type Authors } from '../engine/versions/authors.ts';
import { kindContext, type Instance } from '../grafana/instance.ts';
import type { Run } from './run.ts';
import type { Session } from './session.ts';

const NO_AUTHORS: Authors = { names: new Map(), known: new Set() };

/**
 * Mirrors a snapshot to Git, if that is set up. The mirror is a convenience: if it cannot be updated, that is a warning.
 */
export async function mirrored(
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
