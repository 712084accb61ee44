import type { Run } from '../../contract/api/runs.ts';
import { compact } from '../../contract/compact.ts';
import type { Manifest } from '../../contract/manifest.ts';
import type { Caller } from '../organizations/caller.ts';
import { manifestFor } from '../organizations/manifest-view.ts';
import type { RepositoryCache } from '../repository/repository-cache.ts';

type Resource = { kind: string; uid: string };

/**
 * Adds the titles of touched resources and of the selected folder to a restore, as the snapshot that it restored has
 * them, otherwise as its safety snapshot does. Of both, only what the caller may see counts, and nothing that an
 * untrusted key signed.
 */
export async function withTitles(
  run: Run,
  caller: Caller,
  repositoryCache: Pick<RepositoryCache, 'snapshot'>,
  signal: AbortSignal,
): Promise<Run> {
  const { source, snapshot, connection, touched, request } = run;
  const selected = request?.selection.type === 'folder' ? { kind: 'folder', uid: request.selection.uid } : undefined;
  if (touched === undefined && selected === undefined) {
    return run;
  }
  const wanted = new Set([...(touched ?? []), ...(selected === undefined ? [] : [selected])].map(keyOf));
  const titles = new Map<string, string>();
  // The safety snapshot of a connection is in the repository of the connection.
  for (const id of [connection === undefined ? snapshot : undefined, source]) {
    const manifest = id === undefined ? undefined : await seen(id, caller, repositoryCache, signal);
    for (const entry of manifest?.resources ?? []) {
      if (wanted.has(keyOf(entry))) {
        titles.set(keyOf(entry), entry.title);
      }
    }
  }
  return {
    ...run,
    ...compact({
      touched: touched?.map((one) => ({ ...one, ...compact({ title: titles.get(keyOf(one)) }) })),
      folder: selected && titles.get(keyOf(selected)),
    }),
  };
}

async function seen(
  id: string,
  caller: Caller,
  repositoryCache: Pick<RepositoryCache, 'snapshot'>,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  try {
    const { manifest, signature } = await repositoryCache.snapshot(id, signal);
    return signature.foreign === true ? undefined : manifestFor(manifest, caller);
  } catch {
    // Without titles, the resources have their UIDs.
    signal.throwIfAborted();
    return undefined;
  }
}

function keyOf({ kind, uid }: Resource): string {
  return `${kind}/${uid}`;
}
