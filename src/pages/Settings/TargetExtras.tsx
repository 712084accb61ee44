import { Collapse, Combobox, Field, RadioButtonGroup, Stack } from '@grafana/ui';
import { useState } from 'react';
import type { Settings, TargetSettings } from '../../../pkg/contract/api/settings.ts';
import { t } from '../../lib/i18n.ts';
import { SecretField } from './SecretField.tsx';
import type { Section } from './state/useSection.ts';
import { InputField } from './InputField.tsx';

interface Props {
  section: Section<'target'>;
  settings: Settings;
}

/** What few need to touch. */
export function TargetExtras({ section, settings }: Props) {
  const [open, setOpen] = useState(false);
  const { values, change, field } = section;
  const style = values.forcePathStyle === null ? 'auto' : values.forcePathStyle ? 'path' : 'host';
  return (
    <Collapse label={t('target.more', 'More')} isOpen={open} onToggle={setOpen}>
      <Stack direction="column" gap={2}>
        <Field label={t('target.style', 'Addressing style')} noMargin {...field('forcePathStyle')}>
          <Combobox
            id="target-style"
            width={40}
            value={style}
            options={[
              { value: 'auto', label: t('target.styleAuto', 'Automatic') },
              { value: 'path', label: t('target.stylePath', 'Path (bucket in the path)') },
              { value: 'host', label: t('target.styleHost', 'Virtual-hosted (bucket in the host name)') },
            ]}
            onChange={(option) => change({ forcePathStyle: option.value === 'auto' ? null : option.value === 'path' })}
          />
        </Field>
        <InputField
          label={t('target.profile', 'Profile in the AWS files')}
          field={field('profile', t('target.profileText', 'If empty, the default profile is used.'))}
          id="target-profile"
          width={40}
          value={values.profile}
          onChange={(text) => change({ profile: text })}
        />
        <SecretField
          name="s3SessionToken"
          label={t('target.sessionToken', 'Session token')}
          description={t('target.sessionTokenText', 'Only for temporary credentials.')}
          settings={settings}
          section={section}
        />
        <ObjectLock
          section={section}
          description={t(
            'target.lockText',
            'No one can delete or change a snapshot during this period, except accounts with a special permission in governance mode. The bucket must have object lock enabled.',
          )}
        />
      </Stack>
    </Collapse>
  );
}

/** The period in which no one can delete a snapshot, not even with the credentials of the target. */
export function ObjectLock({ section, description }: Pick<Props, 'section'> & { description: string }) {
  const { values, change, field } = section;
  return (
    <>
      <Field useFieldset noMargin label={t('target.lock', 'Object lock')} {...field('objectLock.mode', description)}>
        <RadioButtonGroup<TargetSettings['objectLock']['mode']>
          id="target-lock"
          value={values.objectLock.mode}
          options={[
            { value: 'none', label: t('target.lockNone', 'Off') },
            { value: 'governance', label: t('target.lockGovernance', 'Governance') },
            { value: 'compliance', label: t('target.lockCompliance', 'Compliance') },
          ]}
          onChange={(mode) => change({ objectLock: { ...values.objectLock, mode } })}
        />
      </Field>
      {values.objectLock.mode !== 'none' && (
        <InputField
          label={t('target.lockDays', 'Days')}
          field={field('objectLock.days')}
          id="target-lock-days"
          type="number"
          min={0}
          width={12}
          value={values.objectLock.days}
          onChange={(text) => change({ objectLock: { ...values.objectLock, days: Number(text) } })}
        />
      )}
    </>
  );
}
