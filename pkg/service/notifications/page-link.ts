import { reasonOf } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import { withInstance } from '../../operations/grafana.ts';
import { APP_ID } from '../bootstrap/app-plugin.ts';
import type { RepositoryCache } from '../repository/repository-cache.ts';

export interface PageLinkParts {
  repositoryCache: RepositoryCache;
  log: Log;
  /** Aborted when the service stops. */
  signal: AbortSignal;
}

/** The address of a page of the app, where people open Grafana; undefined if that is unknown. */
export async function pageLink(parts: PageLinkParts, page: '' | '/changes'): Promise<string | undefined> {
  const root = await rootUrl(parts);
  return root && new URL(`a/${APP_ID}${page}`, root).href;
}

/** The address where people open Grafana, with a slash at the end; undefined if that is unknown. */
export async function rootUrl({ repositoryCache, log, signal }: PageLinkParts): Promise<string | undefined> {
  try {
    const root = await repositoryCache.use(signal, ({ grafana }) =>
      withInstance(grafana, signal, ({ capabilities, url }) => Promise.resolve(capabilities.appUrl ?? url)),
    );
    const url = new URL(root.endsWith('/') ? root : `${root}/`);
    return ['http:', 'https:'].includes(url.protocol) ? url.href : undefined;
  } catch (error) {
    log.debug({ reason: reasonOf(error) }, 'the address of Grafana is not known');
    return undefined;
  }
}
