import { useState } from 'react';
import type { SecretName, Settings, SettingsCandidate, SettingsValues } from '../../../../pkg/contract/api/settings.ts';
import { useSaveSettings } from '../../../data/useSettings.ts';
import { t } from '../../../lib/i18n.ts';
import { notifySuccess } from '../../../lib/notify.ts';
import { isDeployments, ownerNote } from '../owner.ts';
import { fieldProblem, isCorrected, type SaveAttempt } from './fieldErrors.ts';

type SectionName = keyof SettingsValues;
export type SecretChanges = Partial<Record<SecretName, string | null>>;

/**
 * One section while it is being edited: what is typed, what is locked, what is wrong, and how to save it.
 * @param tried - what else was sent of it without saving: that marks fields, too
 */
export function useSection<Name extends SectionName>(
  settings: Settings,
  name: Name,
  tried: readonly SaveAttempt[] = [],
) {
  const [values, setValues] = useState<SettingsValues[Name]>(settings.values[name]);
  const [secrets, setSecrets] = useState<SecretChanges>({});
  const save = useSaveSettings(() => notifySuccess(t('settings.saved', 'Settings saved')));
  const ownerOf = (path: string) => settings.owners[`${name}.${path}`];
  const isLocked = (path: string) => !settings.writable || isDeployments(ownerOf(path));
  const candidate: SettingsCandidate = {
    values: { [name]: values },
    ...(Object.keys(secrets).length === 0 ? {} : { secrets }),
  };
  const saved: SaveAttempt = { error: save.error, sent: save.variables };
  const problemOf = (path: string) => fieldProblem(path, [saved, ...tried], candidate);
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
    save: (last: Partial<SettingsValues[Name]> = {}) =>
      save.mutate({ revision: settings.revision, ...candidate, values: { [name]: { ...values, ...last } } }),
    isSaving: save.isPending,
    /** When it was last saved, or tried to be. */
    sentAt: save.submittedAt,
    /** What is wrong as a whole; single fields say it themselves. */
    error: isCorrected(saved, candidate) ? null : save.error,
  };
}

export type Section<Name extends SectionName> = ReturnType<typeof useSection<Name>>;
