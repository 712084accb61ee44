import { useEffect } from 'react';
import type { PlanItemPage, PlanItemsQuery, ResultPage, ResultsQuery } from '../../../pkg/contract/api/restores.ts';
import type { ApplyResult, PlanItem } from '../../../pkg/contract/plan.ts';
import { call } from '../../api/client.ts';
import { PAGE_SIZE, usePages } from '../pages.ts';

export function usePlanItems(
  id: string,
  filters: Pick<PlanItemsQuery, 'action' | 'kind' | 'search'>,
  enabled?: boolean,
) {
  return usePages<PlanItem, PlanItemPage>(
    ['restore', id, 'items', filters],
    (cursor, signal) =>
      call('GET /restores/:id/items', { params: { id }, query: { ...filters, cursor, limit: PAGE_SIZE }, signal }),
    { enabled },
  );
}

/** The items of a plan that change who may see or receive what: all of them, page after page. */
export function useSecurityItems(id: string, enabled: boolean) {
  const list = usePages<PlanItem>(
    ['restore', id, 'items', 'security'],
    (cursor, signal) =>
      call('GET /restores/:id/items', {
        params: { id },
        query: { security: 'true', cursor, limit: PAGE_SIZE },
        signal,
      }),
    { enabled },
  );
  const { hasMore, loadMore, refreshError } = list;
  useEffect(() => {
    if (hasMore && refreshError === null) {
      loadMore();
    }
  }, [hasMore, loadMore, refreshError]);
  return list;
}

/** What became of each item, once the run has ended. */
export function useRestoreResults(id: string, filters: Pick<ResultsQuery, 'outcome' | 'search'>) {
  return usePages<ApplyResult, ResultPage>(['restore', id, 'results', filters], (cursor, signal) =>
    call('GET /restores/:id/results', { params: { id }, query: { ...filters, cursor, limit: PAGE_SIZE }, signal }),
  );
}
