import { AppEvents, type EventBus } from '@grafana/data';
import type { BackendSrv, BackendSrvRequest, FetchError, FetchResponse } from '@grafana/runtime';
import { defer } from 'rxjs';

/**
 * Grafana's HTTP client as plugins know it, with what surprises them: POST, PUT and PATCH are called JSON also without
 * a body, a failure without a body comes with its status as text, and a connection that fails is an error without a
 * status.
 */
export function createBackendSrv(events: EventBus, orgId: number): BackendSrv {
  const fetchOnce = async <T>(options: BackendSrvRequest): Promise<FetchResponse<T>> => {
    let response: FetchResponse<T>;
    try {
      response = await withSession<T>(options, orgId);
    } catch (error) {
      throw withData(error as FetchError);
    }
    const { message } = (response.data ?? {}) as { message?: string };
    const local = options.showSuccessAlert ?? (options.method ?? 'GET') !== 'GET';
    if (local && message) {
      events.publish({ type: AppEvents.alertSuccess.name, payload: [message] });
    }
    return response;
  };
  const alerted = async <T>(options: BackendSrvRequest): Promise<FetchResponse<T>> =>
    fetchOnce<T>(options).catch((error: FetchError) => {
      if (options.showErrorAlert !== false) {
        const type = error.status < 500 ? AppEvents.alertWarning : AppEvents.alertError;
        events.publish({ type: type.name, payload: [(error.data as { message: string }).message] });
      }
      throw error;
    });
  const request = async <T>(options: BackendSrvRequest): Promise<T> => (await alerted<T>(options)).data;
  const method =
    (name: string) =>
    <T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> =>
      request<T>({ ...options, url, method: name, data });
  return {
    fetch: <T>(options: BackendSrvRequest) => defer(() => alerted<T>(options)),
    request,
    get: <T>(url: string, params?: Record<string, unknown>) => request<T>({ url, params, method: 'GET' }),
    post: method('POST'),
    put: method('PUT'),
    patch: method('PATCH'),
    delete: method('DELETE'),
  } as unknown as BackendSrv;
}

/**
 * After a 401, Grafana's client checks the session and repeats the request if it is still valid. Otherwise it reloads
 * the page, which becomes the login. It does neither for a request with `retry`.
 */
async function withSession<T>(options: BackendSrvRequest, orgId: number): Promise<FetchResponse<T>> {
  try {
    return await send<T>(options, orgId);
  } catch (error) {
    if ((error as FetchError).status !== 401 || (options.retry ?? 0) > 0) {
      throw error;
    }
    await send({ url: '/api/login/ping' }, orgId).catch((ended: FetchError) => {
      if (ended.status === 401) {
        location.reload();
      }
      throw ended;
    });
    return send<T>(options, orgId);
  }
}

/** @throws FetchError when the status is not a success; TypeError when there is no response */
async function send<T>(options: BackendSrvRequest, orgId: number): Promise<FetchResponse<T>> {
  const { method = 'GET', data, abortSignal, responseType } = options;
  const url = new URL(options.url.replace(/^\/?/, '/'), location.origin);
  for (const [name, value] of Object.entries(options.params ?? {})) {
    for (const one of [value].flat()) {
      if (one !== undefined) {
        url.searchParams.append(name, String(one));
      }
    }
  }
  const headers = new Headers({ 'X-Grafana-Org-Id': String(orgId), ...options.headers });
  if (['POST', 'PUT', 'PATCH'].includes(method.toUpperCase()) && !headers.has('content-type')) {
    headers.set('content-type', 'application/json');
  }
  if (!headers.has('accept')) {
    headers.set('accept', 'application/json, text/plain, */*');
  }
  const body = !data || typeof data === 'string' ? (data as string | undefined) : JSON.stringify(data);
  const response = await fetch(url, { method, headers, body, signal: abortSignal, credentials: 'same-origin' });
  const { status, statusText, ok, redirected, type } = response;
  const content = (await (responseType === 'text' ? response.text() : contentOf(response))) as T;
  if (!ok) {
    throw { status, statusText, data: content, config: options } satisfies FetchError<T>;
  }
  const { headers: answered, url: from } = response;
  return { status, statusText, ok, data: content, headers: answered, url: from, type, redirected, config: options };
}

/** JSON where it is any; otherwise the text as it came, also where there is none. */
async function contentOf(response: Response): Promise<unknown> {
  const isJson = response.headers.get('content-type')?.toLowerCase() === 'application/json';
  if (isJson && response.headers.get('content-length') === '0') {
    return {};
  }
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch (error) {
    if (isJson) {
      throw error;
    }
    return text;
  }
}

/** Failures reach plugins with an object as their data, whatever came. */
function withData(error: FetchError): FetchError {
  const { data, statusText } = error as FetchError<unknown>;
  const asObject =
    typeof data === 'string'
      ? { message: data, error: statusText, response: data }
      : (data ?? { message: 'Unexpected error' });
  const known = asObject as { message?: string; error?: unknown };
  if (!known.message && typeof known.error === 'string') {
    known.message = known.error;
  }
  error.data = known;
  return error;
}
