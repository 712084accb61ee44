import { Field, Input, SecretInput } from '@grafana/ui';
import type { SecretName, Settings } from '../../../pkg/contract/api/settings.ts';
import { t } from '../../lib/i18n.ts';
import type { SecretChanges } from './useSection.ts';

interface Props {
  name: SecretName;
  label: string;
  description?: string;
  settings: Settings;
  secrets: SecretChanges;
  onChange: (changes: SecretChanges) => void;
}

/** Typed once and never shown again. Resetting and leaving it empty removes it. */
export function SecretField({ name, label, description, settings, secrets, onChange }: Props) {
  const stored = settings.secrets[name];
  const locked = !settings.writable || stored.owner === 'deployment';
  const typed = secrets[name];
  return (
    <Field
      noMargin
      label={label}
      description={
        stored.owner === 'deployment'
          ? t('settings.locked', 'Set by the deployment ({{source}})', { source: stored.source ?? '–' })
          : description
      }
    >
      {locked ? (
        <Input
          id={`secret-${name}`}
          width={50}
          disabled
          value={stored.set ? t('settings.secretSet', 'Set') : t('settings.secretUnset', 'Not set')}
        />
      ) : (
        <SecretInput
          id={`secret-${name}`}
          width={50}
          autoComplete="off"
          isConfigured={stored.set && typed === undefined}
          value={typed ?? ''}
          onReset={() => onChange({ [name]: null })}
          onChange={(event) => onChange({ [name]: event.currentTarget.value.trim() || null })}
        />
      )}
    </Field>
  );
}
