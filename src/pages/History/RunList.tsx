import '../../lib/catalogue/restoreReasons.ts';
import { Text } from '@grafana/ui';
import { useMemo } from 'react';
import type { RunSummary } from '../../../pkg/contract/api/runs.ts';
import { askedByColumn, durationColumn, Narrow, statusColumn, timeColumn } from '../../components/lists/columns.tsx';
import { FilteredList } from '../../components/lists/FilteredList.tsx';
import { askedBy, runLabel } from '../../components/StatusBadge.tsx';
import type { Column } from '../../components/lists/VirtualTable.tsx';
import { useRuns } from '../../data/lists/useRuns.ts';
import { plural, t } from '../../lib/i18n.ts';
import { explainProblem } from '../../lib/problems/problems.ts';
import { routes } from '../../lib/routes.ts';
import { runKindLabel } from '../../lib/runKinds.ts';
import { runProblems } from '../../lib/runs/problems.ts';
import { HistoryFilters, useHistoryFilters } from './HistoryFilters.tsx';

const KINDS = ['backup', 'restore', 'verify', 'forget', 'prune', 'repair', 'drill', 'copy', 'import'];
const STATUSES = ['complete', 'partial', 'failed', 'cancelled', 'interrupted', 'running', 'queued'] as const;

export function RunList() {
  const { filters } = useHistoryFilters('kind');
  const list = useRuns(filters);
  const columns = useMemo(() => makeColumns(list.items), [list.items]);
  return (
    <FilteredList
      label={t('history.runs', 'Runs')}
      list={list}
      columns={columns}
      rowKey={(run) => run.id}
      empty={t('history.noRuns', 'No runs match')}
      search={t('history.searchRuns', 'Search by ID, requester or problem')}
      count={(total) => plural('history.runCount', total, '{{number}} run', '{{number}} runs')}
    >
      <HistoryFilters
        statuses={STATUSES}
        own={{ name: 'kind', label: t('history.kind', 'Operation'), values: KINDS, labelOf: runKindLabel }}
      />
    </FilteredList>
  );
}

function makeColumns(runs: readonly RunSummary[]): Column<RunSummary>[] {
  return [
    timeColumn(
      t('column.started', 'Started'),
      runs,
      (run) => run.started,
      (run) => routes.run(run.id),
      undefined,
      problemOf,
    ),
    {
      id: 'kind',
      header: t('column.what', 'Operation'),
      width: '110px',
      hideBelow: 'sm',
      cell: (run) => (
        <>
          <Text truncate>
            <span title={runLabel(run)}>{runLabel(run)}</span>
          </Text>
          <Narrow text={askedBy(run)} />
        </>
      ),
    },
    statusColumn(),
    askedByColumn(t('column.askedBy', 'Requested by')),
    {
      id: 'result',
      header: t('column.result', 'Problem'),
      width: 'minmax(0, 2fr)',
      hideBelow: 'md',
      cell: (run) => <span title={run.failure?.message ?? problemOf(run)}>{problemOf(run) || '–'}</span>,
    },
    durationColumn('xl'),
  ];
}

/** What went wrong, or that a later run undid or finished it; empty for what went well. */
function problemOf(run: RunSummary): string {
  if (run.continuedBy !== undefined) {
    return run.undone ? t('plan.undone', 'Undone') : t('history.finished', 'Finished later');
  }
  if (run.failure === undefined) {
    return runProblems(run);
  }
  const { title, fact } = explainProblem(run.failure);
  return run.status === 'interrupted' && fact !== undefined ? fact : title;
}
