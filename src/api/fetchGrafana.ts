import { getBackendSrv, isFetchError, type BackendSrvRequest, type FetchResponse } from '@grafana/runtime';
import { catchError, from, lastValueFrom, switchMap, throwError, type Observable } from 'rxjs';

/**
 * Sends a request with Grafana's client, and stays on the page if the session has ended. By default, the client then
 * reloads the page, which becomes the login, and input is lost. It does not do so for requests with `retry`
 * (`handleUnauthenticated` in backend_srv.ts).
 */
export function fetchGrafana<T>(request: BackendSrvRequest): Observable<FetchResponse<T>> {
  const send = () => getBackendSrv().fetch<T>({ ...request, retry: 1 });
  return send().pipe(
    catchError((error: unknown) =>
      isFetchError(error) && error.status === 401 && isTokenDue()
        ? from(renewToken()).pipe(switchMap((isRenewed) => (isRenewed ? send() : throwError(() => error))))
        : throwError(() => error),
    ),
  );
}

/** Whether the session token must be rotated: until then, Grafana returns 401. The cookie is in seconds. */
function isTokenDue(): boolean {
  const [, due] = /(?:^|; )grafana_session_expiry=(\d+)/.exec(document.cookie) ?? [];
  return due !== undefined && Number(due) * 1000 < Date.now();
}

let renewing: Promise<boolean> | undefined;

/** @returns whether the session is still valid */
function renewToken(): Promise<boolean> {
  const request = { url: '/api/user/auth-tokens/rotate', method: 'POST', retry: 1, showErrorAlert: false };
  renewing ??= lastValueFrom(getBackendSrv().fetch({ ...request, showSuccessAlert: false }))
    .then(
      () => true,
      () => false,
    )
    .finally(() => (renewing = undefined));
  return renewing;
}
