import type { ReadableChange } from '../contract/api/diff.ts';
import type { Manifest } from '../contract/manifest.ts';
import type { DiffItem } from '../contract/plan.ts';
import type { Clock, Log } from '../contract/ports.ts';
import { isUnreadable } from '../grafana/http/errors.ts';
import { kindContext, type Instance } from '../grafana/instance.ts';
import type { Content } from '../grafana/kinds/content.ts';
import type { KindContext } from '../grafana/kinds/kind.ts';
import { kindOf } from '../grafana/kinds/registry.ts';
import { mapConcurrently } from '../lib/concurrency/each-at-once.ts';
import type { Json } from '../lib/json/json.ts';
import type { Repository } from '../repository/repository.ts';
import { resourceChanges } from './changes/changes.ts';
import { besideDefaults } from './changes/upgrades.ts';
import { folderNames } from './changes/folder-names.ts';
import { storedContent } from './restore/content.ts';

/** A changed resource with what was done to it. */
export interface DetailedItem extends DiffItem {
  changes: ReadableChange[];
  /** More differs than is listed. */
  truncated: boolean;
}

export interface DetailOptions {
  changed: readonly DiffItem[];
  from: Manifest;
  /** The later snapshot, or the Grafana that is live. */
  to: Manifest | Instance;
  repository: Repository;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}

/**
 * What was done to each changed resource. One that was deleted since it was listed has no changes, nor has one that is
 * too large or nested too deep to be read.
 */
export async function detailChanges(options: DetailOptions): Promise<DetailedItem[]> {
  const { changed, from, to } = options;
  const readers = [storedReader(options, from), isManifest(to) ? storedReader(options, to) : liveReader(options, to)];
  const manifests = isManifest(to) ? [to, from] : [from];
  const detail = async (item: DiffItem): Promise<DetailedItem> => {
    const [before, after] = await Promise.all(readers.map((read) => read(item)));
    if (before === undefined || after === undefined) {
      return { ...item, changes: [], truncated: false };
    }
    const nameOf = folderNames(manifests, item.org);
    const [old, fresh] = besideDefaults(kindOf(item.kind), before, after);
    const version = ({ folderUid }: Content, body: Json) => ({
      body,
      folder: folderUid === undefined ? '' : nameOf(folderUid),
    });
    return { ...item, ...resourceChanges(item.kind, version(before, old), version(after, fresh)) };
  };
  return mapConcurrently(8, changed, async (item) => {
    try {
      return await detail(item);
    } catch (error) {
      if (!isUnreadable(error)) {
        throw error;
      }
      return { ...item, changes: [], truncated: true };
    }
  });
}

type Reader = (item: DiffItem) => Promise<Content | undefined>;

function isManifest(side: Manifest | Instance): side is Manifest {
  return 'resources' in side;
}

function storedReader({ repository, signal }: DetailOptions, { resources }: Manifest): Reader {
  const key = ({ org, kind, uid }: Pick<DiffItem, 'org' | 'kind' | 'uid'>): string => `${org}/${kind}/${uid}`;
  const entries = new Map(resources.map((entry) => [key(entry), entry]));
  return async (item) => {
    const entry = entries.get(key(item));
    return entry === undefined ? undefined : storedContent(repository, entry, signal);
  };
}

function liveReader({ repository, clock, log, signal }: DetailOptions, instance: Instance): Reader {
  const contexts = new Map<number, KindContext>(
    instance.orgs.map((org) => [
      org.id,
      kindContext(instance, org, { clock, log, signal, decryptSecrets: repository.encrypted }),
    ]),
  );
  return async ({ org, kind, uid, title }) => {
    const context = contexts.get(org);
    return context === undefined ? undefined : kindOf(kind).read(context, { uid, title });
  };
}
