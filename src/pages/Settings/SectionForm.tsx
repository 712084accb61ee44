import { Button, ConfirmModal, Stack } from '@grafana/ui';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ServiceError } from '../../api/errors.ts';
import { t } from '../../lib/i18n.ts';
import { FormError } from './FormError.tsx';
import { useUnsavedGuard } from '../../hooks/useUnsavedGuard.ts';

interface Props {
  section: {
    save: () => void;
    discard: () => void;
    isSaving: boolean;
    isDirty: boolean;
    error: Error | null;
    sentAt: number;
  };
  /** Further buttons beside Save. */
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of every section: its fields, what went wrong, and Save; nobody leaves it with changes unasked. */
export function SectionForm({ section, actions, children }: Props) {
  const guard = useUnsavedGuard(section.isDirty);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        section.save();
      }}
    >
      <Stack direction="column" gap={3} maxWidth={90}>
        {children}
        {section.error !== null && section.isDirty && <NotSaved error={section.error} sentAt={section.sentAt} />}
        <Stack gap={1} wrap="wrap">
          <Button type="submit" disabled={!section.isDirty || section.isSaving}>
            {t('settings.save', 'Save')}
          </Button>
          {section.isDirty && (
            <Button variant="secondary" fill="outline" disabled={section.isSaving} onClick={section.discard}>
              {t('settings.discard', 'Discard changes')}
            </Button>
          )}
          {actions}
        </Stack>
      </Stack>
      <ConfirmModal
        isOpen={guard.asking}
        title={t('settings.unsavedTitle', 'Leave without saving?')}
        body={t('settings.unsavedText', 'Your changes on this page are not saved.')}
        confirmText={t('settings.leave', 'Leave')}
        dismissText={t('settings.stay', 'Stay here')}
        onConfirm={guard.leave}
        onDismiss={guard.stay}
      />
    </form>
  );
}

function NotSaved({ error, sentAt }: { error: Error; sentAt: number }) {
  const client = useQueryClient();
  const stale = error instanceof ServiceError && error.code === 'DK_SETTINGS_STALE';
  return (
    <FormError
      error={error}
      sentAt={sentAt}
      retryLabel={t('settings.reload', 'Reload settings')}
      onRetry={stale ? () => void client.invalidateQueries({ queryKey: ['settings'] }) : undefined}
    />
  );
}
