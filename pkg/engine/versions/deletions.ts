import { reasonOf } from '../../contract/errors.ts';
import { annotationOf, nameOf } from '../../grafana/apis.ts';
import { listPages } from '../../grafana/http/pagination/pages.ts';
import { dashboardsPath, usableVersions } from '../../grafana/kinds/dashboards/dashboard/stored.ts';
import { foldersPath, usableVersion } from '../../grafana/kinds/dashboards/folder/api.ts';
import type { KindContext } from '../../grafana/kinds/kind.ts';
import { stringAt } from '../../lib/json/json.ts';

/** When a resource was deleted last, as Grafana says, and by which account. */
export interface Deletion {
  updated: string;
  updatedBy: string;
}

/** What was read of them. */
export interface Deletions {
  /** By kind and uid. */
  of: ReadonlyMap<string, readonly Deletion[]>;
  /** Whether no list failed. */
  whole: boolean;
}

/** A resource that a snapshot has and a later one, or Grafana at that time, lacks. */
export interface Gone {
  kind: string;
  uid: string;
  after: Date;
  before: Date;
}

const SECOND_MS = 1000;
/** Grafana lists what was deleted last first. */
const PAGE = 1000;
const PAGES_MOST = 5;

/**
 * Adds to what shows that something was deleted who did that, and when.
 * @param goneOf - what it shows to be deleted
 * @param known - what backups kept, and what Grafana lists now
 */
export function withDeletions<T>(
  shown: readonly T[],
  goneOf: (one: T) => Gone | undefined,
  ...known: (Deletions | undefined)[]
): T[] {
  return shown.map((one) => {
    const gone = goneOf(one);
    return gone === undefined ? one : { ...one, ...deletionOf(gone, ...known) };
  });
}

/** @returns the last deletion of a resource between two snapshots that show it; Grafana gives whole seconds */
export function deletionOf(
  { kind, uid, after, before }: Gone,
  ...known: (Deletions | undefined)[]
): Deletion | undefined {
  const isBetween = (time: Date): boolean => time.getTime() + SECOND_MS > after.getTime() && time <= before;
  return known
    .flatMap((deletions) => deletions?.of.get(`${kind}/${uid}`) ?? [])
    .filter(({ updated }) => isBetween(new Date(updated)))
    .sort((a, b) => Date.parse(a.updated) - Date.parse(b.updated))
    .at(-1);
}

/** Reads which dashboards and folders were deleted from an organization, the newest ones, as far as Grafana says. */
export async function readDeletions(context: KindContext): Promise<Deletions> {
  const [dashboards, folders] = [usableVersions(context)[0], usableVersion(context)];
  const lists = [
    ['dashboard', dashboards === undefined ? undefined : dashboardsPath(context, dashboards)],
    ['folder', folders === undefined ? undefined : foldersPath(context, folders)],
  ] as const;
  const found = new Map<string, Deletion[]>();
  let whole = true;
  for (const [kind, path] of lists) {
    try {
      await readTrash(context, path, (uid, deletion) => found.set(`${kind}/${uid}`, [deletion]));
    } catch (error) {
      context.signal.throwIfAborted();
      whole = false;
      context.log.debug({ kind, reason: reasonOf(error) }, 'deleted resources are not listed');
    }
  }
  return { of: found, whole };
}

async function readTrash(
  { grafana, signal }: KindContext,
  path: string | undefined,
  add: (uid: string, deletion: Deletion) => void,
): Promise<void> {
  if (path === undefined) {
    return;
  }
  const labelSelector = 'grafana.app/get-trash=true';
  let pages = 0;
  for await (const { items } of listPages(grafana, path, { limit: PAGE, metadataOnly: true, labelSelector, signal })) {
    for (const item of items) {
      const updated = annotationOf(item, 'grafana.app/updatedTimestamp');
      const updatedBy = annotationOf(item, 'grafana.app/updatedBy');
      // Grafana's older storage names who saved it last, with the time of that.
      if (
        updated !== undefined &&
        updatedBy !== undefined &&
        updated === stringAt(item, 'metadata', 'deletionTimestamp')
      ) {
        add(nameOf(item), { updated, updatedBy });
      }
    }
    if (++pages === PAGES_MOST) {
      return;
    }
  }
}
