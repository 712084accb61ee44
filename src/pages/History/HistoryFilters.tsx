import type { ReactNode } from 'react';
import type { RunStatus } from '../../../pkg/contract/runs.ts';
import { MultiFilter } from '../../components/lists/MultiFilter.tsx';
import { statusLabel } from '../../components/StatusBadge.tsx';
import { dayBounds } from '../../lib/times/day.ts';
import { t } from '../../lib/i18n.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { Input } from '@grafana/ui';

/** What only one of the lists of the history can be filtered by. */
interface OwnFilter {
  /** In the address. */
  name: 'kind' | 'trigger';
  label: string;
  values: readonly string[];
  labelOf: (value: string) => string;
}

/** What a list of the history is filtered by, as the address says it, and whether it is at all. */
export function useHistoryFilters<Name extends OwnFilter['name']>(own: Name) {
  const { read } = useUrlState();
  return {
    isFiltered: ['q', 'day', 'status', 'marked', own].some((name) => read(name) !== ''),
    filters: {
      [own]: read(own) || undefined,
      status: read('status') || undefined,
      search: read('q') || undefined,
      marked: read('marked') || undefined,
      ...dayBounds(read('day')),
    } as { [N in Name | 'status' | 'search' | 'marked' | 'from' | 'to']?: string },
  };
}

/** Beside the search: the day, the status, and what is the list's own. */
export function HistoryFilters({
  statuses,
  own,
  children,
}: {
  statuses: readonly RunStatus[];
  own: OwnFilter;
  children?: ReactNode;
}) {
  const { read, change } = useUrlState();
  return (
    <>
      <DateFilter value={read('day')} onChange={(day) => change({ day })} />
      <MultiFilter
        label={own.label}
        value={read(own.name)}
        options={own.values.map((value) => ({ value, label: own.labelOf(value) }))}
        onChange={(value) => change({ [own.name]: value })}
      />
      <MultiFilter
        label={t('history.status', 'Status')}
        value={read('status')}
        options={statuses.map((value) => ({ value, label: statusLabel(value) }))}
        onChange={(status) => change({ status })}
      />
      {children}
    </>
  );
}

function DateFilter({ value, onChange }: { value: string; onChange: (day: string) => void }) {
  return (
    <Input
      type="date"
      width={20}
      value={value}
      aria-label={t('history.day', 'Day')}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
