import { useState } from 'react';
import type { SecretName, Settings, SettingsCandidate, SettingsValues } from '../../../pkg/contract/api/settings.ts';
import { ServiceError } from '../../api/errors.ts';
import { useSaveSettings } from '../../data/useSettings.ts';
import { t } from '../../lib/i18n.ts';
import { notifySuccess } from '../../lib/notify.ts';
import { reasonText } from '../../lib/reasons/reasons.ts';
import { isDeployments, ownerNote } from './owner.ts';

type SectionName = keyof SettingsValues;
export type SecretChanges = Partial<Record<SecretName, string | null>>;

/** One section while it is being edited: what is typed, what is locked, what is wrong, and how to save it. */
export function useSection<Name extends SectionName>(settings: Settings, name: Name) {
  const [values, setValues] = useState<SettingsValues[Name]>(settings.values[name]);
  const [secrets, setSecrets] = useState<SecretChanges>({});
  const save = useSaveSettings(() => notifySuccess(t('settings.saved', 'Settings saved')));
  /** What the service said of a field, or of a part of it. */
  const problemOf = (path: string): string | undefined => {
    if (!(save.error instanceof ServiceError)) {
      return undefined;
    }
    const { fields, fieldReasons } = save.error;
    const named = [path, `values.${path}`];
    const found = Object.entries(fields).find(([at]) => named.some((name) => at === name || at.startsWith(`${name}.`)));
    return found === undefined ? undefined : reasonText({ reason: found[1], ...fieldReasons[found[0]] });
  };

  const ownerOf = (path: string) => settings.owners[`${name}.${path}`];
  const isLocked = (path: string) => !settings.writable || isDeployments(ownerOf(path));
  const candidate: SettingsCandidate = {
    values: { [name]: values },
    ...(Object.keys(secrets).length === 0 ? {} : { secrets }),
  };
  return {
    values,
    secrets,
    candidate,
    change: (changes: Partial<SettingsValues[Name]>) => setValues({ ...values, ...changes }),
    changeSecrets: (changes: SecretChanges) => setSecrets({ ...secrets, ...changes }),
    isLocked,
    /** What a field of the form needs: whether it is locked and by what, and what is wrong with it. */
    field: (path: string, description?: string) => {
      const error = problemOf(`${name}.${path}`);
      const owner = ownerOf(path);
      const note = ownerNote(owner) ?? description;
      return { disabled: isLocked(path), description: note, invalid: error !== undefined, error };
    },
    secretProblem: (secret: SecretName) => problemOf(`secrets.${secret}`),
    discard: () => {
      setValues(settings.values[name]);
      setSecrets({});
      save.reset();
    },
    isDirty: JSON.stringify(values) !== JSON.stringify(settings.values[name]) || Object.keys(secrets).length > 0,
    save: () => save.mutate({ revision: settings.revision, ...candidate }),
    isSaving: save.isPending,
    /** What is wrong as a whole; single fields say it themselves. */
    error: save.error,
  };
}

export type Section<Name extends SectionName> = ReturnType<typeof useSection<Name>>;
