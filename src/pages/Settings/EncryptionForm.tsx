import { Alert, Field, TextArea } from '@grafana/ui';
import { useStatus } from '../../data/useStatus.ts';
import { ProblemAlert } from '../../components/problems/ProblemAlert.tsx';
import { t } from '../../lib/i18n.ts';
import { DeploymentOnly } from './DeploymentOnly.tsx';
import { encryptionNotice } from './state/encryptionNotice.ts';
import { SecretField } from './SecretField.tsx';
import { SectionForm } from './SectionForm.tsx';
import type { SectionProps } from './section.ts';
import { useSection } from './state/useSection.ts';

/** Who can read the backups. */
export function EncryptionForm({ settings }: SectionProps) {
  const section = useSection(settings, 'encryption');
  const { values, change, field } = section;
  const status = useStatus().data;
  const notice = encryptionNotice(status, settings);
  return (
    <SectionForm section={section}>
      <DeploymentOnly settings={settings} section="encryption" />
      {status?.warnings
        .filter(({ why }) => why?.code.startsWith('identity-'))
        .map((warning) => (
          <ProblemAlert key={warning.message} severity="warning" problem={warning} />
        ))}
      {notice && (
        <Alert severity="info" bottomSpacing={0} title={notice.title}>
          {notice.text}
        </Alert>
      )}
      <Field
        noMargin
        label={t('encryption.recipients', 'Public keys that encrypt the backups')}
        {...field(
          'recipients',
          t(
            'encryption.recipientsText',
            'age keys (age1…), one per line. To create a key pair: {{command}}. If empty, backups are not encrypted.',
            { command: 'age-keygen -o identity.txt' },
          ),
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
          'Needed only to view, compare and restore snapshots here. Keep a copy elsewhere: without a private key, no one can read the snapshots.',
        )}
        settings={settings}
        section={section}
      />
    </SectionForm>
  );
}
