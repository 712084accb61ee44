import type { ReadableChange } from '../../contract/api/diff.ts';
import type { ChangeCode } from '../../contract/changes/catalogue.ts';
import type { KindName } from '../../contract/kinds.ts';

/** What Grafana does to the form of dashboards and library panels by itself. */
const OF_FORM: ReadonlySet<string> = new Set<ChangeCode>(['migrated', 'converted', 'normalised']);

/** Whether Grafana itself makes this change when it is upgraded: what people see and configure stays the same. */
export function isByUpgrade(kind: KindName, { code, params }: Pick<ReadableChange, 'code' | 'params'>): boolean {
  switch (code as ChangeCode) {
    case 'rule-keep':
      // Grafana 12 shows what earlier versions left out.
      return params['before'] === '' && params['after'] === '0s';
    case 'field-added':
      return kind === 'folder' && params['name'] === 'description';
    default:
      return OF_FORM.has(code);
  }
}
