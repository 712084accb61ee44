import { DashkeepError } from '../contract/errors.ts';

/** Retention for every object that is to last. The target must have been made with object lock. */
export interface ObjectLock {
  mode: 'GOVERNANCE' | 'COMPLIANCE';
  days: number;
}

/** Whether a lock holds objects at least as firmly as another one: in its mode, and for as many days. */
export function isAsStrict(lock: ObjectLock, than: ObjectLock): boolean {
  return (lock.mode === 'COMPLIANCE' || than.mode === 'GOVERNANCE') && lock.days >= than.days;
}

/** @param text - such as `COMPLIANCE:30`. @throws DK_SETTINGS naming the source */
export function parseObjectLock(text: string, source: string): ObjectLock {
  const [, mode, days] = /^(GOVERNANCE|COMPLIANCE):(\d{1,5})d?$/i.exec(text) ?? [];
  if (mode === undefined) {
    const form = 'it must be GOVERNANCE or COMPLIANCE, a colon and days, such as COMPLIANCE:30';
    throw new DashkeepError('DK_SETTINGS', `${source} is invalid: ${form}`);
  }
  return checkedLock(
    { mode: mode.toUpperCase() === 'COMPLIANCE' ? 'COMPLIANCE' : 'GOVERNANCE', days: Number(days) },
    source,
  );
}

/** @throws DK_SETTINGS for days that no store accepts */
export function checkedLock(lock: ObjectLock, source: string): ObjectLock {
  if (!(Number.isInteger(lock.days) && lock.days >= 1 && lock.days <= 36_500)) {
    const range = 'the number of days must be an integer from 1 to 36500';
    throw new DashkeepError('DK_SETTINGS', `${source} is invalid: ${range}`);
  }
  return lock;
}
