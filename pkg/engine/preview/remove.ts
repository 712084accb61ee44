import type { Clock, Log } from '../../contract/ports.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { arrayAt, objectAt, stringAt } from '../../lib/json/json.ts';
import { ifFound } from '../../grafana/http/errors.ts';
import { kindContext, type Instance, type Org } from '../../grafana/instance.ts';
import { isPreview, PREVIEW_FOLDER } from '../../grafana/kinds/previews.ts';
import { isFilled } from '../restore/apply/remove-extra.ts';
import { hasPreviewFolder, removePreviewFolder } from './folder.ts';

/** How long a preview stays, in milliseconds. */
export const PREVIEW_LIFETIME_MS = 60 * 60_000;

/** One org's previews fit in one page of a search. */
const SEARCH_LIMIT = 1000;

export interface LivePreview {
  uid: string;
  title: string;
  /** When it was made, by Grafana's clock; undefined where Grafana doesn't say. */
  created: Date | undefined;
}

interface Ports {
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}

/** The previews that are live in an org, as Grafana's search finds them. @throws GrafanaError */
export async function listPreviews(org: Org, signal: AbortSignal): Promise<LivePreview[]> {
  if (!(await hasPreviewFolder(org, signal))) {
    return [];
  }
  const path = `/api/search?type=dash-db&folderUIDs=${PREVIEW_FOLDER.uid}&limit=${SEARCH_LIMIT}`;
  const found = arrayAt(await org.client.get(path, { signal })) ?? [];
  const previews: LivePreview[] = [];
  for (const one of found) {
    const [uid, title] = [stringAt(one, 'uid') ?? '', stringAt(one, 'title') ?? ''];
    // People may have put something of theirs in there.
    const live = isPreview({ uid }) ? await ifFound(org.client.get(dashboardPath(uid), { signal })) : undefined;
    if (live !== undefined) {
      const created = Date.parse(stringAt(objectAt(live, 'meta'), 'created') ?? '');
      previews.push({ uid, title, created: Number.isNaN(created) ? undefined : new Date(created) });
    }
  }
  return previews;
}

/**
 * Removes one preview, and their folder when it was the last. @throws DK_NOT_FOUND for what is no preview; GrafanaError
 */
export async function removePreview(instance: Instance, org: Org, uid: string, ports: Ports): Promise<void> {
  if (!isPreview({ uid })) {
    throw new DashkeepError('DK_NOT_FOUND', 'there is no such preview');
  }
  await ifFound(org.client.delete(dashboardPath(uid), { signal: ports.signal }));
  await removeEmptyFolder(instance, org, ports);
}

/**
 * Removes the previews that are older than an hour, in every org of the instance. What people put in the folder stays,
 * and the folder with it.
 * @returns how many were removed, and how many are left
 * @throws GrafanaError
 */
export async function removeExpiredPreviews(
  instance: Instance,
  ports: Ports,
): Promise<{ removed: number; left: number }> {
  const counts = { removed: 0, left: 0 };
  for (const org of instance.orgs) {
    const previews = await listPreviews(org, ports.signal);
    for (const { uid, created } of previews) {
      if (created !== undefined && ports.clock.now().getTime() - created.getTime() < PREVIEW_LIFETIME_MS) {
        counts.left++;
      } else {
        await ifFound(org.client.delete(dashboardPath(uid), { signal: ports.signal }));
        counts.removed++;
      }
    }
    await removeEmptyFolder(instance, org, ports);
  }
  return counts;
}

async function removeEmptyFolder(instance: Instance, org: Org, ports: Ports): Promise<void> {
  const context = kindContext(instance, org, { ...ports, decryptSecrets: false });
  if ((await hasPreviewFolder(org, ports.signal)) && !(await isFilled(context, PREVIEW_FOLDER.uid))) {
    await removePreviewFolder(org, ports.signal);
  }
}

function dashboardPath(uid: string): string {
  return `/api/dashboards/uid/${encodeURIComponent(uid)}`;
}
