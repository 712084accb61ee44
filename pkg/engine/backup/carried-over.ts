import type { ManifestEntry } from '../../contract/manifest.ts';
import type { Listed } from '../../grafana/kinds/kind.ts';
import type { KindRun } from './kind-run.ts';

/**
 * What replaces a resource of which no list says whether it changed (permissions): the last snapshot's entry with
 * the time when it was last read. Undefined when it has to be read now: that was too long ago, this is a full read, a
 * restore is about to write there, or what it depends on has changed.
 */
export function takenOver(
  { options, context, kind, previous, changes }: KindRun,
  listed: Listed,
  before: ManifestEntry | undefined,
): (ManifestEntry & { readAt: string }) | undefined {
  const { staleAfter, owner } = kind;
  const org = context.org.id;
  if (staleAfter === undefined || before === undefined || previous.manifest === undefined || !previous.trusted) {
    return undefined;
  }
  const readAt = before.readAt ?? previous.manifest.started;
  const age = options.clock.now().getTime() - Date.parse(readAt);
  const isRecent = age >= 0 && age < staleAfter;
  const isOwnerSame =
    owner === undefined ||
    (changes.isOwnerUnchanged(org, owner, listed.uid) && !changes.hasLost(kind.dependsOn, owner));
  if (
    !isRecent ||
    !isOwnerSame ||
    before.revision !== listed.revision ||
    options.mustRead?.(org, listed.uid) === true
  ) {
    return undefined;
  }
  return { ...before, readAt };
}
