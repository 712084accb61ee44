import type { UseQueryResult } from '@tanstack/react-query';
import { LoadingPlaceholder } from '@grafana/ui';
import type { ReactNode } from 'react';
import { t } from '../lib/i18n.ts';
import { ServiceNotice } from './ServiceNotice.tsx';

interface Props<T> {
  query: Pick<UseQueryResult<T>, 'data' | 'error' | 'isPending' | 'refetch'>;
  children: (data: T) => ReactNode;
}

/**
 * What is being asked for: loading, failed, or there. When a refresh fails, what was known stays, with the failure
 * above it.
 */
export function QueryView<T>({ query, children }: Props<T>) {
  const { data, error, refetch } = query;
  return (
    <>
      {error !== null && <ServiceNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined ? error === null && <Loading /> : children(data)}
    </>
  );
}

export function Loading() {
  return (
    <div role="status" aria-busy="true">
      <LoadingPlaceholder text={t('common.loading', 'Loading…')} />
    </div>
  );
}
