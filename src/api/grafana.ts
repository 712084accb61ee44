import { getBackendSrv } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';
import { toServiceError } from './errors.ts';

/** A folder as it is in Grafana now. */
export interface LiveFolder {
  uid: string;
  title: string;
  parentUid?: string;
}

interface SearchHit {
  uid: string;
  title: string;
  folderUid?: string;
}

/** The most that Grafana gives at once. */
const PAGE = 5000;

/** Every folder of the user's org that the user may see, asked of Grafana itself. @throws ServiceError */
export async function liveFolders(signal: AbortSignal): Promise<LiveFolder[]> {
  const folders: LiveFolder[] = [];
  try {
    for (let page = 1; ; page++) {
      const { data } = await lastValueFrom(
        getBackendSrv().fetch<SearchHit[]>({
          url: '/api/search',
          params: { type: 'dash-folder', limit: PAGE, page },
          abortSignal: signal,
          showErrorAlert: false,
        }),
      );
      folders.push(...data.map(({ uid, title, folderUid }) => ({ uid, title, parentUid: folderUid || undefined })));
      if (data.length < PAGE) {
        return folders;
      }
    }
  } catch (error) {
    throw toServiceError(error);
  }
}
