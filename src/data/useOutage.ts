import { useQueryClient, type Query, type QueryCacheNotifyEvent, type QueryClient } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useEffect, useRef, useState } from 'react';
import { ServiceError, type Failure } from '../api/errors.ts';
import { useStatus } from './useStatus.ts';

/** Failures of single calls: each is shown where it belongs. Every other one concerns the whole page. */
const OF_ONE_CALL: Failure[] = ['service', 'timeout'];

/** Failures that pass without anyone reloading the page: a session also by a login in another tab. */
const PASSING: Failure[] = ['unreachable', 'grafana', 'session', 'token', 'foreign', 'timeout'];

/** How often is asked again while the service does not answer, in milliseconds. */
const AGAIN = 3_000;

/** How often is asked again for single things that did not come, in milliseconds. */
const AGAIN_BEHIND = 10_000;

/** Why no call gets to the service, on pages that show it in one place. */
export const OutageContext = createContext<ServiceError | undefined>(undefined);

/** When the service last responded, in milliseconds since 1970. */
export const RespondedContext = createContext(0);

/**
 * @returns whether the page says already that its calls fail. In one outage, some fail in Grafana, and others on the
 *   way to the service.
 */
export function useShownAbove(error: unknown): boolean {
  return useContext(OutageContext) !== undefined && concerningAll(error) !== undefined;
}

/**
 * The service is out of reach for everything on this page, until one call succeeds. Asks again by itself, and looks
 * every ten seconds also where nothing else is asked.
 */
export function useOutage(): { outage: ServiceError | undefined; retry: () => void } {
  const client = useQueryClient();
  const [outage, setOutage] = useState(() => outageOf(client));
  useEffect(
    () =>
      client.getQueryCache().subscribe((event) => {
        const ended = endOf(event);
        if (ended !== undefined) {
          setOutage((before) => (ended === 'success' ? undefined : (ended.error ?? before)));
        }
      }),
    [client],
  );
  useFreshAfter(outage);
  const retry = useCallback(() => void client.refetchQueries({ type: 'active', predicate: hasFailed }), [client]);
  const mayPass = outage !== undefined && PASSING.includes(outage.failure);
  useEffect(() => {
    const timer = mayPass ? setInterval(retry, AGAIN) : undefined;
    return () => clearInterval(timer);
  }, [mayPass, retry]);
  useEffect(() => {
    const retryFailed = () => void client.refetchQueries({ type: 'active', predicate: mayCome });
    const timer = setInterval(retryFailed, AGAIN_BEHIND);
    return () => clearInterval(timer);
  }, [client]);
  return { outage, retry };
}

/** Reads what is shown again after an outage or a restart of the service: it may have lost plans and runs. */
function useFreshAfter(outage: ServiceError | undefined): void {
  const client = useQueryClient();
  const started = useStatus().data?.started;
  const newest = useRef(started);
  const wasOut = useRef(false);
  useEffect(() => {
    // Replicas take turns in answering: only a later start than all before is a restart.
    const restarted = started !== undefined && newest.current !== undefined && started > newest.current;
    newest.current = restarted ? started : (newest.current ?? started);
    if (restarted || (wasOut.current && outage === undefined)) {
      void client.invalidateQueries();
    }
    wasOut.current = outage !== undefined;
  }, [client, started, outage]);
}

/** The service answers other calls: what is behind it does not, or this one failed in an outage that has ended. */
function mayCome({ state: { error } }: Query): boolean {
  return error instanceof ServiceError && (error.failure === 'service' ? error.status >= 502 : neverArrived(error));
}

/** The call did not get to the service, for a reason that passes. A call that took too long may have. */
export function neverArrived(error: Error): boolean {
  return error instanceof ServiceError && error.failure !== 'timeout' && PASSING.includes(error.failure);
}

function outageOf(client: QueryClient): ServiceError | undefined {
  const failed = client.getQueryCache().findAll({ type: 'active', predicate: hasFailed });
  return failed.map(({ state }) => concerningAll(state.error)).find((error) => error !== undefined);
}

/** While it is asked again, a query without data counts as pending. */
function hasFailed({ state }: Query): boolean {
  return state.status === 'error' || (state.data === undefined && state.fetchStatus === 'idle');
}

function endOf(event: QueryCacheNotifyEvent): 'success' | { error: ServiceError | undefined } | undefined {
  if (event.type !== 'updated') {
    return undefined;
  }
  const { action } = event;
  if (action.type === 'error') {
    return { error: concerningAll(action.error) };
  }
  // Data that a page sets itself says nothing about the service.
  return action.type === 'success' && action.manual !== true ? 'success' : undefined;
}

function concerningAll(error: unknown): ServiceError | undefined {
  return error instanceof ServiceError && !OF_ONE_CALL.includes(error.failure) ? error : undefined;
}
