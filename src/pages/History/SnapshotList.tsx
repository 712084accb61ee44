import { LinkButton, Stack, Text, TextLink } from '@grafana/ui';
import { useMemo } from 'react';
import type { SnapshotRow } from '../../../pkg/contract/api/snapshots.ts';
import { Changes } from '../../components/Changes.tsx';
import { FilterRow } from '../../components/FilterRow.tsx';
import { MultiFilter } from '../../components/MultiFilter.tsx';
import { StatusBadge, statusLabel, triggerLabel } from '../../components/StatusBadge.tsx';
import { VirtualTable, type Column } from '../../components/VirtualTable.tsx';
import { useSnapshots } from '../../data/useSnapshots.ts';
import { formatBytes, formatDuration, formatNumber, formatRelative, formatTime } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { useUrlState } from '../../lib/useUrlState.ts';
import { DateFilter, dayBounds } from './DateFilter.tsx';

export function SnapshotList() {
  const [read, change] = useUrlState();
  const list = useSnapshots({
    status: read('status') || undefined,
    trigger: read('trigger') || undefined,
    search: read('q') || undefined,
    ...dayBounds(read('day')),
  });
  const columns = useMemo(() => makeColumns(), []);
  return (
    <Stack direction="column" gap={2}>
      <FilterRow
        search={read('q')}
        onSearch={(q) => change({ q })}
        placeholder={t('history.searchSnapshots', 'Search by id or by who asked')}
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
      </FilterRow>
      <Text color="secondary" variant="bodySmall">
        <span role="status">
          {list.isPending ? ' ' : plural('history.count', list.total, '{{number}} snapshot', '{{number}} snapshots')}
        </span>
      </Text>
      <VirtualTable
        label={t('history.snapshots', 'Snapshots')}
        list={list}
        columns={columns}
        rowKey={(row) => row.id}
        empty={t('history.noSnapshots', 'No snapshot matches')}
      />
    </Stack>
  );
}

function makeColumns(): Column<SnapshotRow>[] {
  return [
    {
      id: 'time',
      header: t('column.time', 'Time'),
      width: 'minmax(0, 2fr)',
      cell: (row) => (
        <Stack direction="row" gap={1} alignItems="baseline">
          <TextLink href={routes.snapshot(row.id)} inline={false} color="primary" weight="medium">
            {formatTime(row.time)}
          </TextLink>
          <Text color="secondary" variant="bodySmall" truncate>
            {formatRelative(row.time)}
          </Text>
        </Stack>
      ),
    },
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
      cell: (row) => (row.by === undefined ? triggerLabel(row.trigger) : `${triggerLabel(row.trigger)}, ${row.by}`),
    },
    {
      id: 'changes',
      header: t('column.changes', 'Changes'),
      width: '130px',
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
    {
      id: 'duration',
      header: t('column.duration', 'Duration'),
      width: '90px',
      align: 'right',
      hideBelow: 'xl',
      cell: (row) => (row.duration === undefined ? '–' : formatDuration(row.duration)),
    },
    {
      id: 'restore',
      header: '',
      width: '90px',
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
