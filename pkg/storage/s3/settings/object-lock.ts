import { DashkeepError } from '../../../contract/errors.ts';

/** Retention for every object that is to last. */
export interface ObjectLock {
  mode: 'GOVERNANCE' | 'COMPLIANCE';
  days: number;
}

/** @param text - such as `COMPLIANCE:30`. @throws DK_SETTINGS */
export function parseObjectLock(text: string): ObjectLock {
  const match = /^(GOVERNANCE|COMPLIANCE):(\d{1,5})d?$/i.exec(text.trim());
  if (match === null) {
    throw wrong('it is GOVERNANCE or COMPLIANCE, a colon and days: COMPLIANCE:30');
  }
  const mode = match[1]?.toUpperCase() === 'COMPLIANCE' ? 'COMPLIANCE' : 'GOVERNANCE';
  return checkedLock({ mode, days: Number(match[2]) });
}

/** @throws DK_SETTINGS for days that no store accepts */
export function checkedLock(lock: ObjectLock): ObjectLock {
  if (!(Number.isInteger(lock.days) && lock.days >= 1 && lock.days <= 36_500)) {
    throw wrong('the days of object lock are a whole number from 1 to 36500');
  }
  return lock;
}

/** Whether a lock holds objects at least as firmly as another one: in its mode, and for as many days. */
export function isAsStrict(lock: ObjectLock, than: ObjectLock): boolean {
  return (lock.mode === 'COMPLIANCE' || than.mode === 'GOVERNANCE') && lock.days >= than.days;
}

/** The lock that holds where one is required: a weaker one does not count. */
export function atLeast(lock: ObjectLock | undefined, required: ObjectLock | undefined): ObjectLock | undefined {
  return required === undefined || (lock !== undefined && isAsStrict(lock, required)) ? lock : required;
}

function wrong(why: string): DashkeepError {
  return new DashkeepError('DK_SETTINGS', `DASHKEEP_S3_OBJECT_LOCK is not usable: ${why}`);
}
