import { AppEvents, type EventBus } from '@grafana/data';
import type { BackendSrv, BackendSrvRequest, FetchResponse } from '@grafana/runtime';
import { defer } from 'rxjs';

/** Grafana's HTTP client as plugins know it, with the toasts that Grafana shows by itself unless told not to. */
export function createBackendSrv(events: EventBus): BackendSrv {
  const fetchOnce = async <T>(options: BackendSrvRequest): Promise<FetchResponse<T>> => {
    const response = await send<T>(options);
    const message = (response.data as { message?: string } | undefined)?.message;
    if (!response.ok) {
      if (options.showErrorAlert !== false) {
        const type = response.status >= 500 ? AppEvents.alertError : AppEvents.alertWarning;
        events.publish({ type: type.name, payload: [message ?? response.statusText] });
      }
      throw response;
    }
    if (options.showSuccessAlert !== false && (options.method ?? 'GET') !== 'GET' && message !== undefined) {
      events.publish({ type: AppEvents.alertSuccess.name, payload: [message] });
    }
    return response;
  };
  const request = async <T>(options: BackendSrvRequest): Promise<T> => (await fetchOnce<T>(options)).data;
  const method =
    (name: string) =>
    <T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> =>
      request<T>({ ...options, url, method: name, data });
  return {
    fetch: <T>(options: BackendSrvRequest) => defer(() => fetchOnce<T>(options)),
    request,
    get: <T>(url: string, params?: Record<string, unknown>) => request<T>({ url, params, method: 'GET' }),
    post: method('POST'),
    put: method('PUT'),
    patch: method('PATCH'),
    delete: method('DELETE'),
  } as unknown as BackendSrv;
}

async function send<T>(options: BackendSrvRequest): Promise<FetchResponse<T>> {
  const url = new URL(options.url.replace(/^\/?/, '/'), location.origin);
  for (const [name, value] of Object.entries(options.params ?? {})) {
    if (value !== undefined && value !== null) {
      url.searchParams.append(name, String(value));
    }
  }
  const json = options.data !== undefined && typeof options.data !== 'string';
  const response = await fetch(url, {
    method: options.method ?? 'GET',
    headers: {
      accept: 'application/json',
      ...(json ? { 'content-type': 'application/json' } : {}),
      ...options.headers,
    },
    body: json ? JSON.stringify(options.data) : (options.data as string | undefined),
    signal: options.abortSignal,
  });
  const text = await response.text();
  const { status, statusText, ok, headers, redirected, type } = response;
  const result = { status, statusText, ok, headers, redirected, type, url: response.url, config: options };
  return { ...result, data: (options.responseType === 'text' && ok ? text : parsed(text)) as T };
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
