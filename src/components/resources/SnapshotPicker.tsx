import { Combobox, Field, type ComboboxOption } from '@grafana/ui';
import { useCallback } from 'react';
import type { SnapshotRow } from '../../../pkg/contract/api/snapshots.ts';
import { findSnapshots, useSnapshot, useSnapshots } from '../../data/useSnapshots.ts';
import { distinctTimes, formatRelative } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { triggerLabel } from '../../lib/runs/triggers.ts';
import { statusLabel } from '../StatusBadge.tsx';

interface Props {
  id: string;
  label: string;
  value: string;
  onChange: (id: string) => void;
  /** Offers what is live, too. */
  withLive?: boolean;
}

const liveOption = (): ComboboxOption => ({
  value: 'live',
  label: t('picker.live', 'Grafana now'),
});

function optionOf(row: SnapshotRow, timeText: (time: string) => string): ComboboxOption {
  const state = row.foreign ? t('foreign.title', 'Untrusted') : statusLabel(row.status);
  return {
    value: row.id,
    label: timeText(row.time),
    description: [formatRelative(row.time), ...originOf(row), state].join(', ').toLowerCase(),
  };
}

/** What a snapshot was made for, unless it is a backup like any other. */
function originOf({ trigger }: SnapshotRow): string[] {
  return trigger === 'manual' || trigger === 'scheduled' ? [] : [triggerLabel(trigger)];
}

/** Chooses a point in time. */
export function SnapshotPicker({ id, label, value, onChange, withLive = false }: Props) {
  const { data } = useSnapshot(value === 'live' ? undefined : value);
  const options = useCallback(
    async (text: string) => {
      const rows = await findSnapshots(text);
      const timeText = distinctTimes(rows.map(({ time }) => time));
      const found = rows.map((row) => optionOf(row, timeText));
      return withLive && text === '' ? [liveOption(), ...found] : found;
    },
    [withLive],
  );
  const { items } = useSnapshots({});
  const timeText = distinctTimes([...items, ...(data === undefined ? [] : [data])].map(({ time }) => time));
  const chosen = value === 'live' ? liveOption() : data === undefined ? undefined : optionOf(data, timeText);
  return (
    <Field label={label} noMargin>
      <Combobox
        id={id}
        options={options}
        value={chosen ?? null}
        placeholder={t('picker.placeholder', 'Choose a snapshot')}
        onChange={(option) => onChange(option.value)}
      />
    </Field>
  );
}
