import type { RestorePlan } from '../../../pkg/contract/api/restores.ts';
import { plural } from '../../lib/i18n.ts';

/**
 * What must be typed before a plan is applied; undefined where a click is enough: nothing that is live is touched, or
 * it is one resource, the user has just looked at its difference, and nobody gets to see or receive more by it.
 */
export function phraseOf({ counts, confirm, security = 0 }: RestorePlan, differenceSeen: boolean): string | undefined {
  const { create = 0, update = 0, delete: gone = 0 } = counts;
  if (security > 0) {
    return gone > 0
      ? confirm
      : plural('confirm.security', security, '{{number}} security change', '{{number}} security changes');
  }
  const known = differenceSeen && update === 1 && create === 0 && gone === 0;
  if (confirm === undefined || known) {
    return undefined;
  }
  return gone === 0 && update > 1
    ? plural('confirm.resources', update, '{{number}} resource', '{{number}} resources')
    : confirm;
}
