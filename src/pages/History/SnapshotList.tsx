import { LinkButton, TextLink } from '@grafana/ui';
import { useMemo } from 'react';
import type { SnapshotRow } from '../../../pkg/contract/api/snapshots.ts';
import { HoldMark, marksOf } from '../../components/HoldNotes.tsx';
import { Changes } from '../../components/json/Changes.tsx';
import { NoSnapshots } from '../../components/lists/NoSnapshots.tsx';
import { askedByColumn, durationColumn, statusColumn, timeColumn } from '../../components/lists/columns.tsx';
import { MultiFilter } from '../../components/lists/MultiFilter.tsx';
import { FilteredList } from '../../components/lists/FilteredList.tsx';
import type { Column } from '../../components/lists/VirtualTable.tsx';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { useSnapshots } from '../../data/useSnapshots.ts';
import { formatBytes, formatNumber, formatTime } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { triggerLabel } from '../../lib/runs/triggers.ts';
import { HistoryFilters, useHistoryFilters } from './HistoryFilters.tsx';

const TRIGGERS = ['scheduled', 'manual', 'safety', 'drill'];

export function SnapshotList() {
  const { filters, isFiltered } = useHistoryFilters('trigger');
  const { read, change } = useUrlState();
  const list = useSnapshots(filters);
  const columns = useMemo(() => makeColumns(list.items), [list.items]);
  if (!isFiltered && !list.isPending && list.error === null && list.total === 0) {
    return <NoSnapshots />;
  }
  return (
    <>
      <FilteredList
        label={t('history.snapshots', 'Snapshots')}
        list={list}
        columns={columns}
        rowKey={(row) => row.id}
        empty={t('history.noSnapshots', 'No snapshots match')}
        search={t('history.searchSnapshots', 'Search by ID, requester or note')}
        count={(total) => plural('history.count', total, '{{number}} snapshot', '{{number}} snapshots')}
      >
        <HistoryFilters
          statuses={['complete', 'partial']}
          own={{ name: 'trigger', label: t('history.trigger', 'Trigger'), values: TRIGGERS, labelOf: triggerLabel }}
        >
          <MultiFilter
            label={t('history.marked', 'Holds and notes')}
            value={read('marked')}
            options={[
              { value: 'hold', label: t('hold.title', 'On hold') },
              { value: 'note', label: t('history.noted', 'With a note') },
            ]}
            onChange={(marked) => change({ marked })}
          />
        </HistoryFilters>
      </FilteredList>
      {list.total === 0 && read('q') !== '' && (
        <TextLink href={routes.search({ q: read('q') })}>
          {t('history.searchText', 'Find text in all versions in your backups.')}
        </TextLink>
      )}
    </>
  );
}

function makeColumns(rows: readonly SnapshotRow[]): Column<SnapshotRow>[] {
  return [
    timeColumn(
      t('column.time', 'Time'),
      rows,
      (row) => row.time,
      (row) => routes.snapshot(row.id),
      ({ hold }) => (hold ? <HoldMark /> : null),
      (row) => [triggerLabel(row.trigger), marksOf(row)].filter(Boolean).join(' · '),
    ),
    statusColumn(),
    askedByColumn<SnapshotRow>(t('column.made', 'Trigger'), marksOf),
    {
      id: 'changes',
      header: t('column.changes', 'Changes'),
      width: '110px',
      hideBelow: 'sm',
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
      header: t('column.actions', 'Actions'),
      width: '76px',
      align: 'right',
      hideBelow: 'sm',
      cell: (row) =>
        row.foreign ? null : (
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
