import { Input } from '@grafana/ui';
import { t } from '../../lib/i18n.ts';

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
