import { LoadingPlaceholder } from '@grafana/ui';
import { useContext, useEffect, useState, type ReactNode } from 'react';
import { OutageContext } from '../data/useOutage.ts';
import { t } from '../lib/i18n.ts';
import { ServiceNotice } from './problems/ServiceNotice.tsx';

interface Props<T> {
  query: { data: T | undefined; error: Error | null; refetch: () => unknown };
  children: (data: T) => ReactNode;
}

/**
 * What is being asked for: loading, failed, or there. When a refresh fails, what was known stays, with the failure
 * above it. While the service is out of reach, the page says so once, and nothing here waits.
 */
export function QueryView<T>({ query, children }: Props<T>) {
  const { data, refetch, error } = query;
  return (
    <>
      {error !== null && <ServiceNotice error={error} onRetry={() => refetch()} />}
      {data === undefined ? error === null && <Loading /> : children(data)}
    </>
  );
}

/** Longer than nearly every answer takes, shorter than people wait for a word, in milliseconds. */
const SLOW = 4_000;

export function Loading() {
  const outage = useContext(OutageContext);
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW);
    return () => clearTimeout(timer);
  }, []);
  if (outage !== undefined) {
    return null;
  }
  return (
    <div role="status" aria-busy="true">
      <LoadingPlaceholder
        text={isSlow ? t('common.slow', 'No response yet. This page keeps waiting.') : t('common.loading', 'Loading…')}
      />
    </div>
  );
}
