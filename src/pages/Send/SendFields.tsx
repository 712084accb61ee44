import { Checkbox, Combobox, Field, RadioButtonList, Stack } from '@grafana/ui';
import { t } from '../../lib/i18n.ts';
import type { UrlChanges } from '../../hooks/useUrlState.ts';
import type { RestoreForm } from '../Restore/request.ts';

interface Props {
  form: RestoreForm;
  connections: { name: string; url: string }[];
  change: (changes: UrlChanges) => void;
}

const yes = (value: boolean) => (value ? 'yes' : undefined);

/** The destination, and how to treat resources that exist there. */
export function SendFields({ form, connections, change }: Props) {
  const modes = [
    {
      value: 'missing' as const,
      label: t('send.missing', 'Create missing resources'),
      description: t('mode.missingText', 'Existing resources are not changed.'),
    },
    {
      value: 'promote' as const,
      label: t('send.promote', 'Also update resources sent before'),
      description: t(
        'send.promoteText',
        'Only if they have not changed there since the last run. Changed ones are listed as conflicts.',
      ),
    },
    {
      value: 'overwrite' as const,
      label: t('mode.overwrite', 'Also overwrite resources that differ'),
      description: t('send.overwriteText', 'Including resources that someone changed there.'),
    },
  ];
  const boxes = [
    {
      name: 'newUids',
      checked: form.newUids,
      label: t('send.newUids', 'Use new UIDs'),
      description: t('send.newUidsText', 'For UIDs that are already in use there. References are updated.'),
    },
    {
      name: 'pauseRules',
      checked: form.pauseRules,
      label: t('send.pauseRules', 'Pause alert rules'),
      description: t('send.pauseRulesText', 'They send no notifications until you resume them.'),
    },
  ];
  return (
    <Stack direction="column" gap={3} alignItems="flex-start">
      <Field label={t('send.where', 'Destination')} noMargin>
        <Combobox
          id="send-to"
          width={60}
          options={connections.map(({ name, url }) => ({ value: name, label: name, description: url }))}
          value={form.to === '' ? null : form.to}
          placeholder={t('send.choose', 'Choose a Grafana instance')}
          onChange={(option) => change({ to: option.value })}
        />
      </Field>
      <Field label={t('restore.how', 'Mode')} noMargin useFieldset>
        <RadioButtonList
          id="send-mode"
          name="send-mode"
          options={modes}
          value={form.mode}
          onChange={(mode) => change({ overwrite: yes(mode === 'overwrite'), promote: yes(mode === 'promote') })}
        />
      </Field>
      {boxes.map(({ name, checked, label, description }) => (
        <Checkbox
          key={name}
          id={`send-${name}`}
          label={label}
          description={description}
          value={checked}
          onChange={(event) => change({ [name]: yes(event.currentTarget.checked) })}
        />
      ))}
    </Stack>
  );
}
