import { ifFound, isConflict } from '../../grafana/http/errors.ts';
import type { Org } from '../../grafana/instance.ts';
import { PREVIEW_FOLDER } from '../../grafana/kinds/previews.ts';

const FOLDER_PATH = `/api/folders/${encodeURIComponent(PREVIEW_FOLDER.uid)}`;

/**
 * Makes sure that there is a folder for previews, and that only admins see what is in it. It is empty until then.
 * @throws GrafanaError
 */
export async function makePreviewFolder({ client }: Org, signal: AbortSignal): Promise<void> {
  if ((await ifFound(client.get(FOLDER_PATH, { signal }))) === undefined) {
    try {
      await client.post('/api/folders', { ...PREVIEW_FOLDER }, { signal });
    } catch (error) {
      // Another request made it meanwhile, or the answer to this one was lost.
      if (!isConflict(error)) {
        throw error;
      }
    }
  }
  await client.post(`${FOLDER_PATH}/permissions`, { items: [] }, { signal });
}

/** Whether the folder is there. @throws GrafanaError */
export async function hasPreviewFolder({ client }: Org, signal: AbortSignal): Promise<boolean> {
  return (await ifFound(client.get(FOLDER_PATH, { signal }))) !== undefined;
}

/** Removes the folder. Grafana removes what is in it, too: only for an empty one. @throws GrafanaError */
export async function removePreviewFolder({ client }: Org, signal: AbortSignal): Promise<void> {
  await ifFound(client.delete(FOLDER_PATH, { signal }));
}
