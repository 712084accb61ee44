import { Alert, Field, TextArea } from '@grafana/ui';
import { t } from '../../lib/i18n.ts';
import { SecretField } from './SecretField.tsx';
import { SectionForm } from './SectionForm.tsx';
import type { SectionProps } from './section.ts';
import { useSection } from './useSection.ts';

/** Who can read the backups. */
export function EncryptionForm({ settings }: SectionProps) {
  const section = useSection(settings, 'encryption');
  const { values, change, field } = section;
  return (
    <SectionForm section={section}>
      <Alert
        severity="info"
        bottomSpacing={0}
        title={t('encryption.when', 'Encryption is decided when the first backup is made')}
      >
        {t('encryption.whenText', 'To encrypt later, choose an empty folder or bucket as the target.')}
      </Alert>
      <Field
        noMargin
        label={t('encryption.recipients', 'Public keys that can read the backups')}
        {...field(
          'recipients',
          t('encryption.recipientsText', 'age keys, one on each line: age1… Empty means not encrypted.'),
        )}
      >
        <TextArea
          id="encryption-recipients"
          rows={4}
          value={values.recipients.join('\n')}
          placeholder="age1…"
          onChange={(event) => change({ recipients: event.currentTarget.value.split('\n') })}
        />
      </Field>
      <SecretField
        name="ageIdentity"
        label={t('encryption.identity', 'Private key')}
        description={t(
          'encryption.identityText',
          'Only needed to look into, compare and restore from here. Backups are written without it. Keep a copy elsewhere: without it nobody can read them.',
        )}
        settings={settings}
        section={section}
      />
    </SectionForm>
  );
}
