/** Retention for every object that is to last. */
export interface ObjectLock {
  mode: 'GOVERNANCE' | 'COMPLIANCE';
  days: number;
}

/** Whether a lock holds objects at least as firmly as another one: in its mode, and for as many days. */
export function isAsStrict(lock: ObjectLock, than: ObjectLock): boolean {
  return (lock.mode === 'COMPLIANCE' || than.mode === 'GOVERNANCE') && lock.days >= than.days;
}
