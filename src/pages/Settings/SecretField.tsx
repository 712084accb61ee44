import { Field, Input, SecretInput } from '@grafana/ui';
import type { SecretName, Settings } from '../../../pkg/contract/api/settings.ts';
import { t } from '../../lib/i18n.ts';
import { isDeployments, ownerNote } from './owner.ts';
import type { SecretChanges } from './state/useSection.ts';

interface Props {
  name: SecretName;
  label: string;
  description?: string;
  settings: Settings;
  section: {
    secrets: SecretChanges;
    changeSecrets: (changes: SecretChanges) => void;
    secretProblem: (name: SecretName) => string | undefined;
  };
}

/** Typed once and never shown again. Resetting and leaving it empty removes it. */
export function SecretField({ name, label, description, settings, section }: Props) {
  const stored = settings.secrets[name];
  const locked = !settings.writable || isDeployments(stored);
  const typed = section.secrets[name];
  const error = section.secretProblem(name);
  const change = (value: string | null) => section.changeSecrets({ [name]: value });
  return (
    <Field
      noMargin
      label={label}
      invalid={error !== undefined}
      error={error}
      description={ownerNote(stored) ?? description}
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
          onReset={() => change(null)}
          onChange={(event) => change(event.currentTarget.value.trim() || null)}
        />
      )}
    </Field>
  );
}
