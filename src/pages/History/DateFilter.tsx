import { dateTimeForTimeZone } from '@grafana/data';
import { config } from '@grafana/runtime';
import { Input } from '@grafana/ui';
import { t } from '../../lib/i18n.ts';

/** Chosen day (YYYY-MM-DD, in the user's zone) as the bounds of a query; nothing when none is chosen. */
export function dayBounds(day: string): { from?: string; to?: string } {
  const start = dateTimeForTimeZone(config.bootData.user.timezone, day);
  if (day === '' || !start.isValid()) {
    return {};
  }
  return { from: start.toISOString(), to: start.add(1, 'd').toISOString() };
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
