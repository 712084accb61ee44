import type { ResourceRef } from '../../contract/kinds.ts';
import type { RunLine } from '../../contract/runs.ts';
import type { History } from './history.ts';

const RESTORES_MOST = 50;

/**
 * Decides whether the restores since a moment have left a resource in Grafana, as the last of them that touched it did;
 * undefined for what none has touched.
 */
export async function leftByRestores(
  history: History,
  since: string,
  signal: AbortSignal,
): Promise<(resource: ResourceRef) => boolean | undefined> {
  const there = new Map<string, boolean>();
  const ended = (run: RunLine): boolean => run.kind === 'restore' && (run.finished ?? '') > since;
  // Anyone who can write to the target can add records: the newest are enough for a hint.
  for (const { id } of (await history.since(since, ended, signal)).slice(0, RESTORES_MOST).reverse()) {
    const run = await history.find(id, signal);
    run?.touched?.forEach((one) => there.set(keyOf(one), one.did !== 'deleted'));
  }
  return (resource) => there.get(keyOf(resource));
}

const keyOf = ({ org, kind, uid }: ResourceRef): string => `${org}/${kind}/${uid}`;
