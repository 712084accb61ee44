import { DashkeepError } from '../../../contract/errors.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { reasonFrom, type Reason } from '../../../contract/reasons/reason.ts';
import type { Protection } from '../facts.ts';
import type { LineResult } from './line.ts';

/**
 * What keeps anyone with access to the target from deleting the backups.
 * @param copy - whether a second copy is proven or confirmed, or only set
 */
export function targetLine(protection: Protection | undefined, copy: 'proven' | 'set' | 'none'): LineResult {
  const isCopied = copy === 'proven';
  const orCopy = copy === 'none' ? [reason('ready-protect-copy')] : [];
  if (protection === undefined) {
    const advice = [reason('ready-protect-directory'), ...orCopy];
    return { level: isCopied ? 'ok' : 'warning', found: [reason('ready-directory')], advice };
  }
  const advice = [reason('ready-protect'), ...orCopy];
  const { versioning, objectLock, expiring } = protection;
  const found = [
    said(versioning, 'versions-kept', 'versions-none'),
    said(objectLock, 'object-lock', 'object-lock-none'),
  ];
  if (Array.isArray(expiring) && expiring.length > 0) {
    const rules = reason('ready-expiring', { rules: expiring.join(', ') });
    return { level: 'bad', found: [...found, rules], advice: [reason('remove-expiration')] };
  }
  const isProtected = versioning === true || objectLock === true || isCopied;
  const isKnown = typeof versioning === 'boolean' && typeof objectLock === 'boolean';
  const rules = Array.isArray(expiring) ? reason('lifecycle-keeps') : reasonFrom(expiring);
  return { level: isProtected ? 'ok' : isKnown ? 'warning' : 'unknown', found: [...found, rules], advice };
}

function said(
  answer: boolean | DashkeepError,
  yes: 'versions-kept' | 'object-lock',
  no: 'versions-none' | 'object-lock-none',
): Reason {
  return answer instanceof DashkeepError ? reasonFrom(answer) : reason(answer ? yes : no);
}
