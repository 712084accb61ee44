import { MultiCombobox } from '@grafana/ui';
import { useId, useMemo } from 'react';

interface Props {
  label: string;
  /** Comma-separated, as the URL has it. */
  value: string;
  options: { value: string; label: string }[];
  onChange: (value: string) => void;
  width?: number;
}

/** A filter of which several values may be chosen; none chosen means all. */
export function MultiFilter({ label, value, options, onChange, width = 26 }: Props) {
  const id = useId();
  const chosen = useMemo(() => (value === '' ? [] : value.split(',')), [value]);
  return (
    <div>
      {/* Once something is chosen the placeholder is gone, and it takes no aria-label. */}
      <label htmlFor={id} className="sr-only">
        {label}
      </label>
      <MultiCombobox
        id={id}
        placeholder={label}
        options={options}
        value={chosen}
        width={width}
        isClearable
        onChange={(picked) => onChange(picked.map((option) => option.value).join(','))}
      />
    </div>
  );
}
