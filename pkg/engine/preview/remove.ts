import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import { ifFound } from '../../grafana/http/errors.ts';
import { kindContext, type Instance, type Org } from '../../grafana/instance.ts';
import type { KindContext } from '../../grafana/kinds/kind.ts';
import { folderPath } from '../../grafana/previews.ts';
import { stringAt } from '../../lib/json/json.ts';
import { isFilled } from '../restore/apply/remove-extra.ts';
import { dashboardPath } from './closed.ts';
import { outerFolderOf } from './folder.ts';
import type { PreviewRecord, PreviewRecords } from './record.ts';

/** How long after its end the removal of a copy is tried, in milliseconds: what people put into its folder stays. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000;

export interface LivePreview {
  uid: string;
  title: string;
  expires: Date;
  created?: Date | undefined;
  by?: string | undefined;
}

interface Ports {
  records: PreviewRecords;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}

/** The previews that are live in an org. @throws GrafanaError; what reading the state throws */
export async function listPreviews(org: Org, { records, signal }: Ports): Promise<LivePreview[]> {
  const previews: LivePreview[] = [];
  for (const record of await recordsOf(org, records)) {
    const title = await liveTitle(org, record, signal);
    if (title !== undefined) {
      const { dashboard: uid, expires, created, by } = record;
      const since = created === undefined ? undefined : new Date(created);
      previews.push({ uid, title, expires: new Date(expires), created: since, by });
    }
  }
  return previews;
}

/**
 * Removes one preview and its folder. @throws DK_NOT_FOUND for what is no preview; GrafanaError; what the state throws
 */
export async function removePreview(instance: Instance, org: Org, uid: string, ports: Ports): Promise<void> {
  const { records, clock } = ports;
  const record = (await recordsOf(org, records)).find(({ dashboard }) => dashboard === uid);
  if (record === undefined) {
    throw new DashkeepError('DK_NOT_FOUND', 'there is no such preview');
  }
  await endPreview(instance, org, { ...record, expires: clock.now().getTime() }, ports);
}

/** Removes what is there of a preview, or leaves the rest to the next look at what has expired. */
export async function endPreview(instance: Instance, org: Org, record: PreviewRecord, ports: Ports): Promise<void> {
  const { records } = ports;
  await ((await isRemoved(instance, org, record, ports)) ? records.drop(record) : records.put(record));
}

/**
 * Removes the previews that have expired, in every org of the instance, and nothing else: neither what people put into
 * their folders, nor a copy that they moved elsewhere.
 * @returns how many were removed, and how many are left
 * @throws what reading or writing the state throws
 */
export async function removeExpiredPreviews(
  instance: Instance,
  ports: Ports,
): Promise<{ removed: number; left: number }> {
  const { records, clock, log } = ports;
  const counts = { removed: 0, left: 0 };
  for (const record of await records.all()) {
    const overdue = clock.now().getTime() - record.expires;
    const org = instance.orgs.find(({ id }) => id === record.org);
    const removed = overdue >= 0 && org !== undefined && (await isRemovedNow(instance, org, record, ports));
    if (removed || overdue > GIVE_UP_AFTER_MS) {
      await records.drop(record);
    }
    counts[removed ? 'removed' : 'left']++;
    if (!removed && overdue > GIVE_UP_AFTER_MS) {
      const { dashboard, folder } = record;
      log.warn({ org: record.org, dashboard, folder }, 'a temporary copy could not be removed: delete it manually');
    }
  }
  return counts;
}

async function isRemovedNow(instance: Instance, org: Org, record: PreviewRecord, ports: Ports): Promise<boolean> {
  try {
    return await isRemoved(instance, org, record, ports);
  } catch (error) {
    ports.signal.throwIfAborted();
    ports.log.debug({ org: org.id, folder: record.folder, reason: reasonOf(error) }, 'a temporary copy still exists');
    return false;
  }
}

/** @returns whether nothing of it is there any more */
async function isRemoved(instance: Instance, org: Org, record: PreviewRecord, ports: Ports): Promise<boolean> {
  const { signal } = ports;
  if ((await liveTitle(org, record, signal)) !== undefined) {
    await ifFound(org.client.delete(dashboardPath(record.dashboard), { signal }));
  }
  const context = kindContext(instance, org, { ...ports, decryptSecrets: false });
  const inner = await isFolderRemoved(context, record.folder);
  return (await isFolderRemoved(context, outerFolderOf(record.folder))) && inner;
}

/** Grafana removes what is in a folder with it, so only an empty one is removed. */
async function isFolderRemoved(context: KindContext, uid: string): Promise<boolean> {
  const { grafana, signal } = context;
  if ((await ifFound(grafana.get(folderPath(uid), { signal }))) === undefined) {
    return true;
  }
  if (await isFilled(context, uid)) {
    return false;
  }
  await ifFound(grafana.delete(folderPath(uid), { signal }));
  return true;
}

/** The title of a copy that is in its folder; undefined when it is gone or elsewhere. */
async function liveTitle(org: Org, record: PreviewRecord, signal: AbortSignal): Promise<string | undefined> {
  const live = await ifFound(org.client.get(dashboardPath(record.dashboard), { signal }));
  const isThere = live !== undefined && stringAt(live, 'meta', 'folderUid') === record.folder;
  return isThere ? (stringAt(live, 'dashboard', 'title') ?? '') : undefined;
}

/** The records of an org, the oldest first. */
export async function recordsOf(org: Org, records: PreviewRecords): Promise<PreviewRecord[]> {
  return (await records.all()).filter((record) => record.org === org.id);
}
