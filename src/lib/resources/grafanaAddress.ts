import type { Nameable } from '../../../pkg/contract/kinds.ts';

/** @returns the path of Grafana's own page of a resource, below its root; undefined where there is no such page */
export function grafanaAddress(kind: Nameable, uid: string): string | undefined {
  switch (kind) {
    case 'dashboard':
      return `/d/${encodeURIComponent(uid)}`;
    case 'folder':
      return `/dashboards/f/${encodeURIComponent(uid)}`;
    case 'alert-rule':
      return `/alerting/grafana/${encodeURIComponent(uid)}/view`;
    case 'alert-rule-group':
      return rulesOfGroup(uid);
    default:
      return undefined;
  }
}

/** The list of rules, as Grafana filters it: 11.6 has no page for one group. The UID is `<folder UID>/<title>`. */
function rulesOfGroup(uid: string): string {
  const title = uid.slice(uid.indexOf('/') + 1);
  // Its search has no way to write a quotation mark within quotation marks.
  const search = title.includes('"') ? '' : `?search=${encodeURIComponent(`group:"${title}"`)}`;
  return `/alerting/list${search}`;
}
