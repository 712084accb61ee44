import { correlation, correlationContent } from '../../../grafana/kinds/data-sources/correlation.ts';
import { dataSourceContent } from '../../../grafana/kinds/data-sources/data-source.ts';
import { Occurrences } from '../../../grafana/natural-key.ts';
import type { JsonObject } from '../../../lib/json/json.ts';
import { isIn, objectIn, textIn, type OrgRows, type Row } from './tables.ts';

/** Data sources, correlations and settings of plugins, with the names of their secrets. */
export function addSettings({ org, rows }: OrgRows): void {
  for (const row of rows('data_source')) {
    const answer = {
      uid: textIn(row, 'uid'),
      name: textIn(row, 'name'),
      type: textIn(row, 'type'),
      access: textIn(row, 'access'),
      url: textIn(row, 'url'),
      user: textIn(row, 'user'),
      database: textIn(row, 'database'),
      basicAuth: isIn(row, 'basic_auth'),
      basicAuthUser: textIn(row, 'basic_auth_user'),
      withCredentials: isIn(row, 'with_credentials'),
      isDefault: isIn(row, 'is_default'),
      readOnly: isIn(row, 'read_only'),
      apiVersion: textIn(row, 'api_version'),
      jsonData: objectIn(row, 'json_data'),
      secureJsonFields: secretsIn(row),
    };
    org.add('data-source', answer.uid, dataSourceContent(answer));
  }
  const occurrences = new Occurrences();
  for (const row of rows('correlation')) {
    const content = correlationContent({
      uid: textIn(row, 'uid'),
      sourceUID: textIn(row, 'source_uid'),
      targetUID: textIn(row, 'target_uid'),
      label: textIn(row, 'label'),
      description: textIn(row, 'description'),
      type: textIn(row, 'type') || 'query',
      config: objectIn(row, 'config'),
      provisioned: isIn(row, 'provisioned'),
    });
    org.add('correlation', occurrences.next(correlation.uidOf?.(content) ?? ''), content);
  }
  for (const row of rows('plugin_setting')) {
    const uid = textIn(row, 'plugin_id');
    const body = {
      enabled: isIn(row, 'enabled'),
      pinned: isIn(row, 'pinned'),
      jsonData: objectIn(row, 'json_data'),
      secureJsonFields: secretsIn(row),
    };
    org.add('plugin-settings', uid, { title: uid, body });
  }
}

function secretsIn(row: Row): JsonObject {
  return Object.fromEntries(Object.keys(objectIn(row, 'secure_json_data')).map((name) => [name, true]));
}
