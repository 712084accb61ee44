import { MailAddress, type SettingsValues } from '../../contract/api/settings.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { reasonFrom, reasonSentence, refusal, type Reason } from '../../contract/reasons/reason.ts';
import { assertDuration } from '../../repository/snapshots/retention.ts';
import { parseTarget } from '../../storage/target.ts';
import { assertTimezone, parseSchedule } from '../schedule/schedule.ts';

/** What is wrong with fields, by dotted path. */
export type FieldProblems = Record<string, Reason>;

/** Input that was refused, field by field. */
export class FieldErrors extends DashkeepError {
  readonly reasons: FieldProblems;

  constructor(reasons: FieldProblems) {
    super(
      'DK_SETTINGS',
      `not accepted: ${Object.entries(sentences(reasons))
        .map(([path, why]) => `${path}: ${why}`)
        .join('; ')
        .slice(0, 800)}`,
    );
    this.reasons = reasons;
  }

  /** What is wrong with each field, in English. */
  get fields(): Record<string, string> {
    return sentences(this.reasons);
  }
}

function sentences(problems: FieldProblems): Record<string, string> {
  return Object.fromEntries(Object.entries(problems).map(([path, why]) => [path, reasonSentence(why)]));
}

/** What a schema can't see: whether targets, expressions, zones and addresses mean something. By dotted path. */
export function fieldProblems(values: SettingsValues): FieldProblems {
  const problems: FieldProblems = {};
  const attempt = (path: string, check: () => void): void => {
    try {
      check();
    } catch (error) {
      problems[path] = reasonFrom(error);
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
    problems['target.objectLock.days'] = reason('lock-days');
  }
  attempt('schedule.timezone', () => assertTimezone(schedule.timezone));
  if (problems['schedule.timezone'] === undefined) {
    for (const job of ['backup', 'verify', 'prune', 'drill'] as const) {
      if (schedule[job] !== '') {
        attempt(`schedule.${job}`, () => {
          if (parseSchedule(schedule[job], schedule.timezone).after(new Date(0)) === undefined) {
            throw refusal('DK_SETTINGS', reason('schedule-never'));
          }
        });
      }
    }
  }
  const { keepWithin } = values.retention;
  if (keepWithin !== '') {
    attempt('retention.keepWithin', () => assertDuration(keepWithin));
  }
  const wrong = encryption.recipients.find((recipient) => !/^age1[a-z0-9]{10,2990}$/.test(recipient));
  if (wrong !== undefined) {
    problems['encryption.recipients'] = reason('recipient-invalid', { recipient: wrong.slice(0, 16) });
  }
  const { email } = values.notifications;
  if (email.security === 'none' && email.user !== '') {
    problems['notifications.email.user'] = reason('mail-plain-login');
  }
  if (email.host !== '' && !/^[a-zA-Z0-9.:_-]+$/.test(email.host)) {
    problems['notifications.email.host'] = reason('mail-host-invalid');
  }
  if (email.host !== '' && email.to.length > 0 && email.from === '') {
    problems['notifications.email.from'] = reason('mail-from-missing');
  }
  const isWrong = (address: string): boolean => !MailAddress.safeParse(address).success;
  if (email.from !== '' && isWrong(email.from)) {
    problems['notifications.email.from'] = reason('mail-address-invalid');
  }
  if (email.to.some(isWrong)) {
    problems['notifications.email.to'] = reason('mail-address-invalid');
  }
  return problems;
}

/** @throws DK_SETTINGS */
export function assertAddress(text: string): void {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refusal('DK_SETTINGS', reason('address-invalid'));
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refusal('DK_SETTINGS', reason('address-scheme'));
  }
  if (url.username !== '' || url.password !== '') {
    throw refusal('DK_SETTINGS', reason('address-password'));
  }
}
