import { LoadingPlaceholder } from '@grafana/ui';
import type { ReactNode } from 'react';
import { ServiceError } from '../api/errors.ts';
import { t } from '../lib/i18n.ts';
import { ServiceNotice } from './problems/ServiceNotice.tsx';

interface Props<T> {
  query: { data: T | undefined; error: Error | null; refetch: () => unknown };
  children: (data: T) => ReactNode;
  /** One part of a page whose main part says it already when the service can't be reached at all. */
  secondary?: boolean;
}

/**
 * What is being asked for: loading, failed, or there. When a refresh fails, what was known stays, with the failure
 * above it.
 */
export function QueryView<T>({ query, children, secondary = false }: Props<T>) {
  const { data, refetch } = query;
  const shownElsewhere = secondary && query.error instanceof ServiceError && query.error.failure !== 'service';
  const error = shownElsewhere ? null : query.error;
  return (
    <>
      {error !== null && <ServiceNotice error={error} onRetry={() => refetch()} />}
      {data === undefined ? query.error === null && <Loading /> : children(data)}
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
