import type { SettingsValues } from '../../contract/api/settings.ts';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { parseTarget } from '../../storage/target.ts';
import { assertTimezone, parseSchedule } from '../schedule.ts';

/** Input that was refused, field by field. */
export class FieldErrors extends DashkeepError {
  readonly fields: Readonly<Record<string, string>>;

  constructor(fields: Readonly<Record<string, string>>) {
    super(
      'DK_SETTINGS',
      `not accepted: ${Object.entries(fields)
        .map(([path, why]) => `${path}: ${why}`)
        .join('; ')
        .slice(0, 800)}`,
    );
    this.fields = fields;
  }
}

/** What a schema can't see: whether targets, expressions, zones and addresses mean something. By dotted path. */
export function fieldProblems(values: SettingsValues): Record<string, string> {
  const problems: Record<string, string> = {};
  const attempt = (path: string, check: () => void): void => {
    try {
      check();
    } catch (error) {
      problems[path] = reasonOf(error);
    }
  };
  const { target, schedule, encryption } = values;
  if (target.url !== '') {
    attempt('target.url', () => void parseTarget(target.url));
  }
  if (target.endpoint !== '') {
    attempt('target.endpoint', () => assertAddress(target.endpoint));
  }
  if (target.objectLock.mode !== 'none' && target.objectLock.days < 1) {
    problems['target.objectLock.days'] = 'object lock needs at least one day';
  }
  attempt('schedule.timezone', () => assertTimezone(schedule.timezone));
  if (problems['schedule.timezone'] === undefined) {
    for (const job of ['backup', 'verify', 'prune', 'drill'] as const) {
      if (schedule[job] !== '') {
        attempt(`schedule.${job}`, () => {
          if (parseSchedule(schedule[job], schedule.timezone).after(new Date(0)) === undefined) {
            throw new DashkeepError('DK_SETTINGS', 'the expression never comes true');
          }
        });
      }
    }
  }
  const wrong = encryption.recipients.find((recipient) => !/^age1[a-z0-9]{10,2990}$/.test(recipient));
  if (wrong !== undefined) {
    problems['encryption.recipients'] = `'${wrong.slice(0, 20)}' is not an age recipient (age1…)`;
  }
  return problems;
}

/** @throws DK_SETTINGS */
export function assertAddress(text: string): void {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new DashkeepError('DK_SETTINGS', 'not an address; it begins with https:// or http://');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new DashkeepError('DK_SETTINGS', 'it begins with https:// or http://');
  }
  if (url.username !== '' || url.password !== '') {
    throw new DashkeepError('DK_SETTINGS', 'names and passwords do not belong into the address');
  }
}
