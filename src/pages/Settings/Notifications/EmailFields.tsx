import { Field, FieldSet, RadioButtonGroup, Stack } from '@grafana/ui';
import type { EmailSettings, Settings } from '../../../../pkg/contract/api/settings.ts';
import { t } from '../../../lib/i18n.ts';
import { SecretField } from '../SecretField.tsx';
import type { Section } from '../state/useSection.ts';
import { InputField } from '../InputField.tsx';

/** The usual port of each kind of connection. */
const PORTS: Record<EmailSettings['security'], number> = { starttls: 587, tls: 465, none: 25 };

/** The mail server and the recipients. */
export function EmailFields({ settings, section }: { settings: Settings; section: Section<'notifications'> }) {
  const { field } = section;
  const { email } = section.values;
  const change = (changes: Partial<EmailSettings>) => section.change({ email: { ...email, ...changes } });
  return (
    <FieldSet label={t('email.title', 'Email')}>
      <Stack direction="column" gap={2}>
        <Stack direction={{ xs: 'column', md: 'row' }} gap={2}>
          <InputField
            label={t('email.host', 'Mail server')}
            field={field('email.host')}
            id="email-host"
            width={50}
            value={email.host}
            placeholder="smtp.example.com"
            onChange={(text) => change({ host: text.trim() })}
          />
          <InputField
            label={t('email.port', 'Port')}
            field={field('email.port')}
            id="email-port"
            width={12}
            type="number"
            min={1}
            max={65535}
            value={email.port}
            onChange={(text) => change({ port: Number(text) })}
          />
        </Stack>
        <Field label={t('email.security', 'Encryption')} noMargin useFieldset {...field('email.security')}>
          <RadioButtonGroup<EmailSettings['security']>
            id="email-security"
            disabled={section.isLocked('email.security')}
            value={email.security}
            options={[
              { value: 'starttls', label: 'STARTTLS' },
              { value: 'tls', label: 'TLS' },
              { value: 'none', label: t('email.none', 'None') },
            ]}
            onChange={(security) =>
              change({ security, ...(email.port === PORTS[email.security] ? { port: PORTS[security] } : {}) })
            }
          />
        </Field>
        <InputField
          label={t('email.user', 'User name')}
          field={field('email.user', t('email.userText', 'Leave it empty if the server needs no login.'))}
          id="email-user"
          width={50}
          autoComplete="off"
          value={email.user}
          onChange={(text) => change({ user: text.trim() })}
        />
        <SecretField
          name="smtpPassword"
          label={t('email.password', 'Password')}
          settings={settings}
          section={section}
        />
        <InputField
          label={t('email.from', 'Sender')}
          field={field('email.from')}
          id="email-from"
          width={50}
          value={email.from}
          placeholder="grafana@example.com"
          onChange={(text) => change({ from: text.trim() })}
        />
        <InputField
          label={t('email.to', 'Recipients')}
          field={field('email.to', t('email.toText', 'Addresses, separated by commas.'))}
          id="email-to"
          width={50}
          defaultValue={email.to.join(', ')}
          onChange={(text) => change({ to: addressesIn(text) })}
        />
      </Stack>
    </FieldSet>
  );
}

function addressesIn(text: string): string[] {
  return text.split(/[\s,;]+/).filter((one) => one !== '');
}
