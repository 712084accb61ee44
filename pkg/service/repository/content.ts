import { asDashkeepError } from '../../contract/errors.ts';
import { arrayAt, numberAt, parseJson, stringAt, stringifyJson, type Json } from '../../lib/json/json.ts';
import type { KindName } from '../../contract/kinds.ts';
import type { ManifestEntry } from '../../contract/manifest.ts';
import type { Log } from '../../contract/ports.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';

/** What the stored text of an entry needs; nothing where that can't be known, for it is an extra to its content. */
export function referencesOf(entry: ManifestEntry, text: string, log: Log): { kind: KindName; uid: string }[] {
  const { title, folderUid, apiVersion } = entry;
  try {
    const found = kindOf(entry.kind).references({ body: parseJson(text), title, folderUid, apiVersion });
    return found.map(({ kind, uid }) => ({ kind, uid }));
  } catch (error) {
    log.debug({ kind: entry.kind, reason: asDashkeepError(error).message }, 'references are not known');
    return [];
  }
}

/** The text that "Import dashboard" takes; undefined for what isn't a dashboard. */
export function importableText(entry: ManifestEntry, text: string): string | undefined {
  const dashboard = importableDashboard(entry, parseJson(text));
  return dashboard === undefined ? undefined : stringifyJson(dashboard);
}

/** A stored dashboard as what "Import dashboard" takes: without what names one installation. */
function importableDashboard(entry: ManifestEntry, body: Json): Json | undefined {
  if (entry.kind !== 'dashboard' || typeof body !== 'object' || body === null || Array.isArray(body)) {
    return undefined;
  }
  // Classic dashboards lie there as they are, or below `dashboard` or `spec`; those of version 2 are whole objects.
  const object = body as { [key: string]: Json };
  if (stringAt(object, 'apiVersion')?.includes('/v2') === true) {
    return object;
  }
  const spec = object['dashboard'] ?? object['spec'] ?? object;
  if (arrayAt(spec, 'elements') !== undefined || numberAt(spec, 'schemaVersion') === undefined) {
    return spec;
  }
  return { ...(spec as { [key: string]: Json }), uid: entry.uid };
}
