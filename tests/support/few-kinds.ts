import { KIND_NAMES, type KindName } from '../../pkg/contract/kinds.ts';
import { depth } from './budget.ts';

/**
 * Settings of backups whose test is about dashboards, whatever else a Grafana has: all other kinds take most requests
 * and files of a small backup. With depth it includes them.
 */
export function fewKinds(...wanted: KindName[]): Record<string, string> {
  const kinds: KindName[] = ['folder', 'dashboard', ...wanted];
  const excluded = KIND_NAMES.filter((name) => !kinds.includes(name));
  return depth() === 'all' ? {} : { DASHKEEP_EXCLUDE_KINDS: excluded.join(',') };
}
