import { lastValueFrom, throwError, timeout } from 'rxjs';
import type { ApiRoute, ApiRoutes } from '../../pkg/contract/api/routes.ts';
import manifest from '../plugin.json';
import { ServiceError, toServiceError } from './errors.ts';
import { fetchGrafana } from './fetchGrafana.ts';

/** Grafana's proxy in front of the service: it checks the role and adds the token. */
const SERVICE = `/api/plugin-proxy/${manifest.id}/api/v1`;

type Part<R extends ApiRoute, Name extends string> = ApiRoutes[R] extends Record<Name, infer T> ? T : never;

type Needs<R extends ApiRoute, Name extends 'params' | 'query' | 'body'> = [Part<R, Name>] extends [never]
  ? { [N in Name]?: undefined }
  : object extends Part<R, Name>
    ? { [N in Name]?: Part<R, Name> }
    : { [N in Name]: Part<R, Name> };

export type CallOptions<R extends ApiRoute> = Needs<R, 'params'> &
  Needs<R, 'query'> &
  Needs<R, 'body'> & {
    signal?: AbortSignal;
    headers?: Record<string, string>;
    /** Milliseconds after which the service counts as unreachable: a proxy may wait for it for half a minute. */
    within?: number;
  };

/**
 * Calls the service through Grafana's proxy. Nothing is shown to the user from here: pages decide.
 * @throws ServiceError
 */
export async function call<R extends ApiRoute>(
  route: R,
  ...[options]: object extends CallOptions<R> ? [CallOptions<R>?] : [CallOptions<R>]
): Promise<ApiRoutes[R]['response']> {
  const [method, path = ''] = route.split(' ');
  const { params, query, body, signal, headers, within } = (options ?? {}) as {
    params?: Record<string, string>;
    query?: Record<string, unknown>;
    body?: unknown;
    signal?: AbortSignal;
    headers?: Record<string, string>;
    within?: number;
  };
  const response$ = fetchGrafana<ApiRoutes[R]['response']>({
    method,
    url: SERVICE + filled(path, params),
    params: query,
    // Grafana's client calls every POST JSON, so that it must be some.
    data: body ?? (method === 'POST' ? {} : undefined),
    headers,
    abortSignal: signal,
    showErrorAlert: false,
    showSuccessAlert: false,
  });
  try {
    const response = await lastValueFrom(
      within === undefined
        ? response$
        : response$.pipe(timeout({ each: within, with: () => throwError(() => new ServiceError('unreachable', 0)) })),
    );
    if (typeof response.data !== 'object' || response.data === null) {
      throw new ServiceError('foreign', response.status);
    }
    return response.data;
  } catch (error) {
    throw toServiceError(error);
  }
}

/** The text of a file that the service sends: not parsed, so that no number in it changes. @throws ServiceError */
export async function callForText(path: string, query: Record<string, unknown>): Promise<string> {
  try {
    const request = { url: SERVICE + path, params: query, responseType: 'text', showErrorAlert: false } as const;
    return (await lastValueFrom(fetchGrafana<string>(request))).data;
  } catch (error) {
    throw toServiceError(error);
  }
}

function filled(path: string, params: Record<string, string> = {}): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
}
