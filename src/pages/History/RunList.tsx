import { useMemo } from 'react';
import type { RunSummary } from '../../../pkg/contract/api/runs.ts';
import { durationColumn, timeColumn } from '../../components/columns.tsx';
import { FilteredList } from '../../components/FilteredList.tsx';
import { MultiFilter } from '../../components/MultiFilter.tsx';
import { askedBy, runKindLabel, StatusBadge, statusLabel } from '../../components/StatusBadge.tsx';
import type { Column } from '../../components/VirtualTable.tsx';
import { useRuns } from '../../data/useRuns.ts';
import { plural, t } from '../../lib/i18n.ts';
import { explainProblem } from '../../lib/problems.ts';
import { routes } from '../../lib/routes.ts';
import { useUrlState } from '../../lib/useUrlState.ts';
import { DateFilter, dayBounds } from './DateFilter.tsx';

const KINDS = ['backup', 'restore', 'verify', 'forget', 'prune', 'repair', 'drill'];
const STATUSES = ['complete', 'partial', 'failed', 'cancelled', 'interrupted', 'running', 'queued'] as const;

export function RunList() {
  const { read, change } = useUrlState();
  const list = useRuns({
    kind: read('kind') || undefined,
    status: read('status') || undefined,
    search: read('q') || undefined,
    ...dayBounds(read('day')),
  });
  const columns = useMemo(() => makeColumns(), []);
  return (
    <FilteredList
      label={t('history.runs', 'Runs')}
      list={list}
      columns={columns}
      rowKey={(run) => run.id}
      empty={t('history.noRuns', 'No run matches')}
      search={t('history.searchRuns', 'Search by id, by who asked, or by what went wrong')}
      count={(total) => plural('history.runCount', total, '{{number}} run', '{{number}} runs')}
    >
      <DateFilter value={read('day')} onChange={(day) => change({ day })} />
      <MultiFilter
        label={t('history.kind', 'What')}
        value={read('kind')}
        options={KINDS.map((value) => ({ value, label: runKindLabel(value) }))}
        onChange={(kind) => change({ kind })}
      />
      <MultiFilter
        label={t('history.status', 'Status')}
        value={read('status')}
        options={STATUSES.map((value) => ({ value, label: statusLabel(value) }))}
        onChange={(status) => change({ status })}
      />
    </FilteredList>
  );
}

function makeColumns(): Column<RunSummary>[] {
  return [
    timeColumn(
      t('column.started', 'Started'),
      (run) => run.started,
      (run) => routes.run(run.id),
    ),
    {
      id: 'kind',
      header: t('column.what', 'What'),
      width: '110px',
      hideBelow: 'md',
      cell: (run) => runKindLabel(run.kind),
    },
    {
      id: 'status',
      header: t('column.status', 'Status'),
      width: '118px',
      cell: (run) => <StatusBadge status={run.status} />,
    },
    {
      id: 'trigger',
      header: t('column.askedBy', 'Asked by'),
      width: 'minmax(0, 1fr)',
      hideBelow: 'md',
      cell: (run) => <span title={askedBy(run)}>{askedBy(run)}</span>,
    },
    {
      id: 'result',
      header: t('column.result', 'What went wrong'),
      width: 'minmax(0, 2fr)',
      hideBelow: 'xl',
      cell: (run) =>
        run.failure !== undefined ? (
          <span title={run.failure.message}>{explainProblem(run.failure).title}</span>
        ) : run.problems === 0 ? (
          '–'
        ) : (
          plural('history.problems', run.problems, '{{number}} resource failed', '{{number}} resources failed')
        ),
    },
    durationColumn('md'),
  ];
}
