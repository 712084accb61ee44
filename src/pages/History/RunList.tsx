import { Stack, Text, TextLink } from '@grafana/ui';
import { useMemo } from 'react';
import type { RunSummary } from '../../../pkg/contract/api/runs.ts';
import { FilterRow } from '../../components/FilterRow.tsx';
import { MultiFilter } from '../../components/MultiFilter.tsx';
import { runKindLabel, StatusBadge, statusLabel, triggerLabel } from '../../components/StatusBadge.tsx';
import { VirtualTable, type Column } from '../../components/VirtualTable.tsx';
import { useRuns } from '../../data/useRuns.ts';
import { formatDuration, formatRelative, formatTime } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { useUrlState } from '../../lib/useUrlState.ts';
import { DateFilter, dayBounds } from './DateFilter.tsx';

const KINDS = ['backup', 'restore', 'verify', 'forget', 'prune', 'repair', 'drill'];
const STATUSES = ['complete', 'partial', 'failed', 'cancelled', 'interrupted', 'running', 'queued'] as const;

export function RunList() {
  const [read, change] = useUrlState();
  const list = useRuns({
    kind: read('kind') || undefined,
    status: read('status') || undefined,
    search: read('q') || undefined,
    ...dayBounds(read('day')),
  });
  const columns = useMemo(() => makeColumns(), []);
  return (
    <Stack direction="column" gap={2}>
      <FilterRow
        search={read('q')}
        onSearch={(q) => change({ q })}
        placeholder={t('history.searchRuns', 'Search by id, by who asked, or by what went wrong')}
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
      </FilterRow>
      <Text color="secondary" variant="bodySmall">
        <span role="status">
          {list.isPending ? ' ' : plural('history.runCount', list.total, '{{number}} run', '{{number}} runs')}
        </span>
      </Text>
      <VirtualTable
        label={t('history.runs', 'Runs')}
        list={list}
        columns={columns}
        rowKey={(run) => run.id}
        empty={t('history.noRuns', 'No run matches')}
      />
    </Stack>
  );
}

function makeColumns(): Column<RunSummary>[] {
  return [
    {
      id: 'started',
      header: t('column.started', 'Started'),
      width: 'minmax(0, 2fr)',
      cell: (run) => (
        <Stack direction="row" gap={1} alignItems="baseline">
          <TextLink href={routes.run(run.id)} inline={false} color="primary" weight="medium">
            {formatTime(run.started)}
          </TextLink>
          <Text color="secondary" variant="bodySmall" truncate>
            {formatRelative(run.started)}
          </Text>
        </Stack>
      ),
    },
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
      cell: (run) => (run.by === undefined ? triggerLabel(run.trigger) : `${triggerLabel(run.trigger)}, ${run.by}`),
    },
    {
      id: 'result',
      header: t('column.result', 'What went wrong'),
      width: 'minmax(0, 2fr)',
      hideBelow: 'xl',
      cell: (run) =>
        run.failure?.message ??
        (run.problems === 0
          ? '–'
          : plural('history.problems', run.problems, '{{number}} resource failed', '{{number}} resources failed')),
    },
    {
      id: 'duration',
      header: t('column.duration', 'Duration'),
      width: '90px',
      align: 'right',
      hideBelow: 'md',
      cell: (run) => (run.duration === undefined ? '–' : formatDuration(run.duration)),
    },
  ];
}
