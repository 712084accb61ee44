import { useQueryClient, type Query, type QueryCacheNotifyEvent, type QueryClient } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useEffect, useState } from 'react';
import { ServiceError, type Failure } from '../api/errors.ts';

/** Failures of single calls: each is shown where it belongs. Every other one concerns the whole page. */
const OF_ONE_CALL: Failure[] = ['service', 'timeout'];

/** Failures that pass without anyone reloading the page. */
const PASSING: Failure[] = ['unreachable', 'grafana', 'token', 'foreign', 'timeout'];

/** How often is asked again while the service does not answer, in milliseconds. */
const AGAIN = 3_000;

/** How often is asked again for what the target or Grafana did not give, in milliseconds. */
const AGAIN_BEHIND = 10_000;

/** Why no call gets to the service, on pages that show it in one place. */
export const OutageContext = createContext<ServiceError | undefined>(undefined);

/** @returns whether the page says already what this error says */
export function useShownAbove(error: unknown): boolean {
  const outage = useContext(OutageContext);
  return outage !== undefined && error instanceof ServiceError && error.failure === outage.failure;
}

/** The service is out of reach for everything on this page, until one call succeeds. Asks again by itself. */
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
  const retry = useCallback(() => void client.refetchQueries({ type: 'active', predicate: hasFailed }), [client]);
  const mayPass = outage !== undefined && PASSING.includes(outage.failure);
  useEffect(() => {
    const timer = mayPass ? setInterval(retry, AGAIN) : undefined;
    return () => clearInterval(timer);
  }, [mayPass, retry]);
  useEffect(() => {
    const retryBehind = () => void client.refetchQueries({ type: 'active', predicate: hasFailedBehind });
    const timer = setInterval(retryBehind, AGAIN_BEHIND);
    return () => clearInterval(timer);
  }, [client]);
  return { outage, retry };
}

/** The service answers, and what is behind it does not. */
function hasFailedBehind({ state }: Query): boolean {
  return state.error instanceof ServiceError && state.error.failure === 'service' && state.error.status >= 502;
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
