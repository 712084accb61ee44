import { Button, Stack } from '@grafana/ui';
import type { ReactNode } from 'react';
import { ServiceNotice } from '../../components/ServiceNotice.tsx';
import { t } from '../../lib/i18n.ts';

interface Props {
  section: { save: () => void; isSaving: boolean; isDirty: boolean; error: unknown };
  /** Further buttons beside Save. */
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of every section: its fields, what went wrong, and Save. */
export function SectionForm({ section, actions, children }: Props) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        section.save();
      }}
    >
      <Stack direction="column" gap={3} maxWidth={90}>
        {children}
        {section.error !== null && <ServiceNotice error={section.error} />}
        <Stack gap={1} wrap="wrap">
          <Button type="submit" disabled={!section.isDirty || section.isSaving}>
            {t('settings.save', 'Save')}
          </Button>
          {actions}
        </Stack>
      </Stack>
    </form>
  );
}
