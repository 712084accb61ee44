import type { ReadinessItem } from '../../contract/api/readiness.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { keyOf } from '../../engine/restore/target.ts';
import { restoresSince } from '../../engine/restored-since.ts';
import type { Caller } from '../organizations/caller.ts';
import type { RepositoryCache } from '../repository/repository-cache.ts';
import type { Needs } from './needs.ts';

/**
 * Secrets that the resources of a restore had in its snapshot and the newest backup still lacks: no one has entered
 * them. A restore of a snapshot that cannot be read says nothing.
 * @param caller - undefined sees all
 */
export async function notEntered(
  repositoryCache: Pick<RepositoryCache, 'manifest' | 'read'>,
  needs: Needs,
  newest: Manifest,
  caller: Caller | undefined,
  signal: AbortSignal,
): Promise<ReadinessItem[]> {
  const restores = await repositoryCache.read(signal, async (repository) => {
    const runs = await restoresSince({ repository, signal }, ({ connection }) => connection === undefined);
    return runs.filter(({ author }) => repository.trust.counts(author)).map(({ record }) => record);
  });
  const there = new Set(newest.resources.map(keyOf));
  const open = new Map<string, ReadinessItem>();
  for (const { source, touched = [] } of restores) {
    const written = new Set(touched.map(keyOf).filter((key) => there.has(key)));
    const manifest =
      source === undefined ? undefined : await repositoryCache.manifest(source, signal).catch(() => undefined);
    const resources = manifest?.resources.filter((entry) => written.has(keyOf(entry))) ?? [];
    const had = manifest && (await needs.of({ ...manifest, resources }, caller, signal));
    const items = had !== undefined && 'secrets' in had ? had.secrets.items : [];
    items.forEach((item) => open.set(nameOf(item), item));
  }
  const now = await needs.of(newest, caller, signal);
  if ('secrets' in now) {
    now.secrets.items.forEach((item) => open.delete(nameOf(item)));
  }
  return [...open.values()];
}

function nameOf(item: ReadinessItem): string {
  return `${keyOf(item)} ${item.detail}`;
}
