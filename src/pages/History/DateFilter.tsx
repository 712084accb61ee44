import { Input } from '@grafana/ui';
import { t } from '../../lib/i18n.ts';

/** Chosen day (YYYY-MM-DD, in the browser's zone) as the bounds of a query; nothing when none is chosen. */
export function dayBounds(day: string): { from?: string; to?: string } {
  const start = new Date(`${day}T00:00`);
  if (day === '' || Number.isNaN(start.getTime())) {
    return {};
  }
  const end = new Date(start);
  end.setDate(end.getDate() + 1);
  return { from: start.toISOString(), to: end.toISOString() };
}

export function DateFilter({ value, onChange }: { value: string; onChange: (day: string) => void }) {
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
