import { Checkbox, Field, RadioButtonList, Stack } from '@grafana/ui';
import { t } from '../../lib/i18n.ts';
import type { UrlChanges } from '../../hooks/useUrlState.ts';
import { CopyFields } from './CopyFields.tsx';
import { mayDelete, type RestoreForm } from './request.ts';

interface Props {
  form: RestoreForm;
  change: (changes: UrlChanges) => void;
}

const yes = (value: boolean) => (value ? 'yes' : undefined);

/** What happens to what exists: left alone, overwritten, or put beside. */
export function ModeFields({ form, change }: Props) {
  const modes = [
    {
      value: 'missing' as const,
      label: t('mode.missing', 'Restore missing resources'),
      description: t('mode.missingText', 'Existing resources are not changed.'),
    },
    {
      value: 'overwrite' as const,
      label: t('mode.overwrite', 'Also overwrite resources that differ'),
      description: t(
        'mode.overwriteText',
        'Resources that have changed since the snapshot get their old content back.',
      ),
    },
    {
      value: 'copy' as const,
      label: t('mode.copy', 'Create copies next to the existing resources'),
      description: t('mode.copyText', 'Copies get new UIDs. Existing resources are not changed.'),
    },
  ];
  return (
    <Stack direction="column" gap={2} alignItems="flex-start">
      <Field label={t('restore.how', 'Mode')} noMargin useFieldset>
        <RadioButtonList
          id="restore-mode"
          name="restore-mode"
          options={modes}
          value={form.mode}
          onChange={(mode) => change({ overwrite: yes(mode === 'overwrite'), copy: yes(mode === 'copy') })}
        />
      </Field>
      {form.mode === 'copy' && <CopyFields form={form} change={change} />}
      {form.mode !== 'copy' && (
        <Checkbox
          id="restore-managed"
          label={t('mode.managed', 'Also restore resources managed by file provisioning, Git Sync or Terraform')}
          description={t('mode.managedText', 'Skipped by default, because their manager would overwrite them again.')}
          value={form.managed}
          onChange={(event) => change({ managed: yes(event.currentTarget.checked) })}
        />
      )}
      {form.mode === 'overwrite' && mayDelete(form) && (
        <Checkbox
          id="restore-delete"
          label={t('mode.delete', 'Also delete resources that are not in the snapshot')}
          description={t('mode.deleteText', 'You will have to type a confirmation.')}
          value={form.deleteExtra}
          onChange={(event) => change({ deleteExtra: yes(event.currentTarget.checked) })}
        />
      )}
    </Stack>
  );
}
