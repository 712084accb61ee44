import { Field, Input } from '@grafana/ui';
import type { ComponentProps } from 'react';

interface Props extends Omit<ComponentProps<typeof Input>, 'label' | 'onChange'> {
  label: string;
  /** Whether it is locked and by what, and what is wrong with it; see `useSection`. */
  field: Omit<ComponentProps<typeof Field>, 'label' | 'children'>;
  onChange: (text: string) => void;
}

/** A setting that is typed: a text or a number. */
export function InputField({ label, field, required = false, onChange, ...input }: Props) {
  return (
    <Field label={label} noMargin required={required} {...field}>
      <Input {...input} onChange={(event) => onChange(event.currentTarget.value)} />
    </Field>
  );
}
