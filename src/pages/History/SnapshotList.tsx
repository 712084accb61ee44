import { EmptyState, LinkButton } from '@grafana/ui';
import { useMemo } from 'react';
import type { SnapshotRow } from '../../../pkg/contract/api/snapshots.ts';
import { Changes } from '../../components/Changes.tsx';
import { durationColumn, timeColumn } from '../../components/columns.tsx';
import { FilteredList } from '../../components/FilteredList.tsx';
import { MultiFilter } from '../../components/MultiFilter.tsx';
import { askedBy, StatusBadge, statusLabel, triggerLabel } from '../../components/StatusBadge.tsx';
import type { Column } from '../../components/VirtualTable.tsx';
import { useSnapshots } from '../../data/useSnapshots.ts';
import { formatBytes, formatNumber, formatTime } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { useUrlState } from '../../lib/useUrlState.ts';
import { DateFilter, dayBounds } from './DateFilter.tsx';

export function SnapshotList() {
  const { read, change } = useUrlState();
  const list = useSnapshots({
    status: read('status') || undefined,
    trigger: read('trigger') || undefined,
    search: read('q') || undefined,
    ...dayBounds(read('day')),
  });
  const columns = useMemo(() => makeColumns(), []);
  const filtered = ['status', 'trigger', 'q', 'day'].some((name) => read(name) !== '');
  if (!filtered && !list.isPending && list.error === null && list.total === 0) {
    return <NoneYet />;
  }
  return (
    <FilteredList
      label={t('history.snapshots', 'Snapshots')}
      list={list}
      columns={columns}
      rowKey={(row) => row.id}
      empty={t('history.noSnapshots', 'No snapshot matches')}
      search={t('history.searchSnapshots', 'Search by id or by who asked')}
      count={(total) => plural('history.count', total, '{{number}} snapshot', '{{number}} snapshots')}
    >
      <DateFilter value={read('day')} onChange={(day) => change({ day })} />
      <MultiFilter
        label={t('history.status', 'Status')}
        value={read('status')}
        options={(['complete', 'partial'] as const).map((value) => ({ value, label: statusLabel(value) }))}
        onChange={(status) => change({ status })}
      />
      <MultiFilter
        label={t('history.trigger', 'Made')}
        value={read('trigger')}
        options={['scheduled', 'manual', 'safety', 'drill'].map((value) => ({ value, label: triggerLabel(value) }))}
        onChange={(trigger) => change({ trigger })}
      />
    </FilteredList>
  );
}

function NoneYet() {
  return (
    <EmptyState
      variant="call-to-action"
      message={t('history.noneYet', 'There is no snapshot yet')}
      button={
        <LinkButton href={routes.overview()} icon="shield" size="lg">
          {t('history.toOverview', 'Go to the overview')}
        </LinkButton>
      }
    >
      {t('history.noneYetText', 'The first backup makes the first one. Start it from the overview.')}
    </EmptyState>
  );
}

function makeColumns(): Column<SnapshotRow>[] {
  return [
    timeColumn(
      t('column.time', 'Time'),
      (row) => row.time,
      (row) => routes.snapshot(row.id),
    ),
    {
      id: 'status',
      header: t('column.status', 'Status'),
      width: '112px',
      cell: (row) => <StatusBadge status={row.status} />,
    },
    {
      id: 'trigger',
      header: t('column.made', 'Made'),
      width: 'minmax(0, 1fr)',
      hideBelow: 'md',
      cell: (row) => <span title={askedBy(row)}>{askedBy(row)}</span>,
    },
    {
      id: 'changes',
      header: t('column.changes', 'Changes'),
      width: '110px',
      hideBelow: 'md',
      cell: (row) => <Changes changes={row.changes} />,
    },
    {
      id: 'resources',
      header: t('column.resources', 'Resources'),
      width: '90px',
      align: 'right',
      hideBelow: 'xl',
      cell: (row) => formatNumber(row.resources),
    },
    {
      id: 'size',
      header: t('column.size', 'Size'),
      width: '80px',
      align: 'right',
      hideBelow: 'xl',
      cell: (row) => formatBytes(row.bytes),
    },
    durationColumn('xl'),
    {
      id: 'restore',
      header: '',
      width: '76px',
      align: 'right',
      hideBelow: 'md',
      cell: (row) => (
        <LinkButton
          size="sm"
          fill="text"
          href={routes.restore({ snapshot: row.id })}
          aria-label={t('history.restoreFrom', 'Restore from {{time}}', { time: formatTime(row.time) })}
        >
          {t('history.restore', 'Restore')}
        </LinkButton>
      ),
    },
  ];
}
