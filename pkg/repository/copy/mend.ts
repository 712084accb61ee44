import type { Manifest } from '../../contract/manifest.ts';
import type { Abortable } from '../../lib/abortable.ts';
import type { Repository } from '../repository.ts';
import { readManifest, type StoredManifest } from '../snapshots/manifests.ts';
import { ifReadable, isOwnObject, type VerifyProblem } from '../verify/problems.ts';

/**
 * Puts objects that a copy lacks, or that are damaged there, back from the repository that it is a copy of.
 * @returns the problems that remain
 */
export async function mendCopy(
  from: Repository,
  to: Repository,
  problems: readonly VerifyProblem[],
  calls: Abortable,
): Promise<VerifyProblem[]> {
  const remaining: VerifyProblem[] = [];
  const missing = new Set<string>();
  let last: StoredManifest | undefined;
  const mendFrom = async (problem: VerifyProblem, id: string): Promise<boolean> => {
    last = last?.manifest.id === id ? last : await sourceOf(from, id, calls);
    if (last === undefined) {
      missing.add(id);
    }
    return last !== undefined && (await mend(from, to, problem, last, calls));
  };
  for (const problem of problems) {
    // The source most likely still has the newest ones.
    const ids = isOwnObject(problem) ? problem.snapshots.filter((id) => !missing.has(id)).reverse() : [];
    let isMended = false;
    for (const id of ids) {
      isMended ||= await mendFrom(problem, id);
    }
    if (!isMended) {
      remaining.push(problem);
    }
  }
  return remaining;
}

/** The same snapshot in the source, if a trusted key signed it there. */
async function sourceOf(from: Repository, id: string, calls: Abortable): Promise<StoredManifest | undefined> {
  const finding = from.find(id, calls).then((key) => readManifest(from, key, calls));
  const stored = await ifReadable(finding, () => undefined);
  return stored !== undefined && from.trust.counts(stored.author) ? stored : undefined;
}

async function mend(
  from: Repository,
  to: Repository,
  { object, encrypted, resources }: VerifyProblem,
  { manifest, encrypted: isEncrypted }: StoredManifest,
  calls: Abortable,
): Promise<boolean> {
  const needs = (entry: Manifest['resources'][number]): boolean =>
    resources.some(({ org, kind, uid }) => entry.org === org && entry.kind === kind && entry.uid === uid);
  for (const entry of manifest.resources.filter(needs)) {
    const text = await ifReadable(from.objects.read(entry.object, isEncrypted, calls), () => undefined);
    if (text !== undefined && to.keyring.check(object, text, encrypted) === 'match') {
      await to.objects.replace(object, text, encrypted, calls);
      return true;
    }
  }
  return false;
}
