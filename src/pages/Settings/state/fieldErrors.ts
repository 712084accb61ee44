import type { SettingsCandidate } from '../../../../pkg/contract/api/settings.ts';
import { ServiceError } from '../../../api/errors.ts';
import { reasonText } from '../../../lib/catalogue/reasons.ts';

/** What was sent to the service, and how it failed. */
export interface SaveAttempt {
  error: Error | null;
  sent: SettingsCandidate | undefined;
}

/**
 * What the service said of a field, or of a part of it, until that field is edited.
 * @param path - dotted: `retention.keepLast`, `secrets.webhookUrl`
 */
export function fieldProblem(
  path: string,
  attempts: readonly SaveAttempt[],
  now: SettingsCandidate,
): string | undefined {
  for (const attempt of attempts) {
    const named = refusedIn(attempt).find(({ at }) => at === path || at.startsWith(`${path}.`));
    if (named !== undefined && !isEdited(path, attempt, now)) {
      return named.text;
    }
  }
  return undefined;
}

/** Whether everything that the service marked was edited since, so that it is not known to be wrong any more. */
export function isCorrected(attempt: SaveAttempt, now: SettingsCandidate): boolean {
  const refused = refusedIn(attempt);
  return refused.length > 0 && refused.every(({ at }) => isEdited(at, attempt, now));
}

function refusedIn({ error }: SaveAttempt): { at: string; text: string }[] {
  if (!(error instanceof ServiceError)) {
    return [];
  }
  return Object.entries(error.fields).map(([at, reason]) => ({
    // As it was sent, or as the settings call it.
    at: at.replace(/^values\./, ''),
    text: reasonText({ reason, ...error.fieldReasons[at] }),
  }));
}

function isEdited(path: string, { sent = {} }: SaveAttempt, now: SettingsCandidate): boolean {
  return JSON.stringify(valueAt(sent, path)) !== JSON.stringify(valueAt(now, path));
}

function valueAt({ values = {}, secrets = {} }: SettingsCandidate, path: string): unknown {
  const steps = path.split('.');
  let value: unknown = steps[0] === 'secrets' ? { secrets } : values;
  for (const step of steps) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  }
  return value;
}
