import { DashkeepError } from '../../contract/errors.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { shellWord } from '../../lib/shell-word.ts';

/** The error for a resource or rule that a snapshot does not contain; others may. */
export function notInSnapshotError({ id }: Manifest, { kind, uid }: { kind: string; uid: string }): DashkeepError {
  return new DashkeepError('DK_NOT_FOUND', `snapshot ${id} contains no ${kind} '${uid.slice(0, 80)}'`, {
    advice: reason('see-versions', { command: `dashkeep versions ${shellWord(`${kind}/${uid}`)}` }),
  });
}
