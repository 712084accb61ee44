import type { Manifest, ManifestEntry, ResourceProblem } from '../../contract/manifest.ts';
import type { Clock } from '../../contract/ports.ts';
import type { Content } from '../../grafana/kinds/content.ts';
import type { Kind, Known, Listed } from '../../grafana/kinds/kind.ts';
import { keyOf } from '../restore/target.ts';
import type { Entries } from './previous.ts';
import type { KindRun } from './kind-run.ts';

/**
 * What replaces a resource of which no list says whether it changed (permissions): the last snapshot's entry with
 * the time when it was last read. Undefined when it has to be read now: that was too long ago, this run reads all, a
 * restore is about to write there or has written since, or what it depends on has changed.
 */
export function takenOver(
  run: KindRun,
  listed: Listed,
  before: ManifestEntry | undefined,
): (ManifestEntry & { readAt: string }) | undefined {
  const { options, context, kind, previous } = run;
  const { staleAfter } = kind;
  const org = context.org.id;
  if (
    listed.content !== undefined ||
    staleAfter === undefined ||
    before === undefined ||
    previous.manifest === undefined ||
    !previous.trusted
  ) {
    return undefined;
  }
  const readAt = before.readAt ?? previous.manifest.started;
  if (
    !isRecent(options.clock, readAt, staleAfter) ||
    !isOwnerSame(run, listed.uid) ||
    before.revision !== listed.revision ||
    options.readsAll === true ||
    options.mustRead?.(org, listed.uid) === true ||
    previous.restored.has(keyOf({ org, kind: kind.name, uid: listed.uid }))
  ) {
    return undefined;
  }
  return { ...before, readAt };
}

/** Whether what it belongs to, and whatever else it depends on, is as in the last snapshot. */
export function isOwnerSame({ context, kind, changes }: KindRun, uid: string): boolean {
  const { owner, dependsOn } = kind;
  return (
    owner === undefined || (changes.isOwnerUnchanged(context.org.id, owner, uid) && !changes.hasLost(dependsOn, owner))
  );
}

/**
 * What a list may take over from the last snapshot. Nothing in a full read, and before a restore that deletes
 * something, which nobody could get back.
 * @param before the kind's resources in the last snapshot
 */
export function lastCompleteOf(
  { options, context, kind, previous, collection }: KindRun,
  before: Entries,
): Known['lastComplete'] {
  const { manifest } = previous;
  if (
    manifest === undefined ||
    !previous.trusted ||
    options.readsAll === true ||
    (options.trigger === 'safety' && options.deletesNothing !== true)
  ) {
    return undefined;
  }
  const at = completeSince(manifest, context.org.id, kind, options.clock);
  return at === undefined
    ? undefined
    : {
        at: new Date(at),
        resources: [...before.values()],
        rely: () => collection.completeAsOf(kind.name, at),
      };
}

/**
 * Since when the last snapshot knows all of a kind. Undefined when that was too long ago, when it lacks part of the
 * kind, and for kinds whose lists show everything.
 */
export function completeSince(manifest: Manifest, org: number, kind: Kind, clock: Clock): string | undefined {
  const report = manifest.kinds[kind.name];
  const isOurs = (one: ResourceProblem): boolean => one.org === org && one.kind === kind.name;
  if (
    kind.staleAfter === undefined ||
    report === undefined ||
    report.reason !== undefined ||
    !manifest.orgs.some(({ id }) => id === org) ||
    manifest.errors.some(isOurs)
  ) {
    return undefined;
  }
  const at = report.oldestReadAt ?? manifest.started;
  return isRecent(clock, at, kind.staleAfter) ? at : undefined;
}

/** Whether something was deleted and created again: its permissions can differ although its content does not. */
export function isRecreated(before: Pick<ManifestEntry, 'facts'> | undefined, now: Pick<Content, 'facts'>): boolean {
  return now.facts?.['created'] !== before?.facts?.['created'];
}

/** Whether something was read less than that many milliseconds ago. */
export function isRecent(clock: Clock, time: string, staleAfter: number): boolean {
  const age = clock.now().getTime() - Date.parse(time);
  return age >= 0 && age < staleAfter;
}
