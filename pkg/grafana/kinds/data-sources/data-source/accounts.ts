import { canonicalJson, isJsonObject, objectAt, stringAt, type Json } from '../../../../lib/json/json.ts';
import { valuesIn } from '../../security/checks.ts';

/**
 * Ends of names under which data sources keep as whom they log in, how, and to which database: `user`, `dbName`,
 * `authenticationType`, `azureCredentials.authType`, `sigV4Profile`, …
 */
const ACCOUNT_NAME =
  /(user|username|login|principal|database|dbname|bucket|auth|authtype|authmethod|authentication|authenticationtype|credentialtype|credentialstype|clientid|clientemail|profile)$/i;

/**
 * Settings that decide neither what is read nor as whom: how often and in which form queries are sent, and how results
 * are shown. Links between data sources, and what other checks look at, are among them. Every other text or list may
 * narrow what is read: an index, a project, a header that names a tenant, parameters of each query.
 */
const HARMLESS =
  /(interval|timeout|httpmethod|version|prometheustype|graphitetype|cachelevel|window|timefield|messagefield|levelfield|editor|querymode|language|unit|timezone|requests|datasource_?uid|alertmanageruid)$|^(flavor|sslmode|encrypt|sslrootcertfile|tlsconfigurationmethod|keepcookies|datalinks|derivedfields|exemplartraceiddestinations)$/i;

/** As whom a data source reads what, by the name of the setting. */
export function accountsOf(body: Json): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const put = (field: string, value: unknown): void => {
    if (typeof value === 'string' && value !== '') {
      found.set(field, value);
    }
  };
  for (const [field, value] of valuesIn(objectAt(body, 'jsonData'))) {
    if (ACCOUNT_NAME.test(field)) {
      put(`jsonData.${field}`, value);
    }
  }
  for (const [field, value] of Object.entries(objectAt(body, 'jsonData') ?? {})) {
    if (!HARMLESS.test(field) && !isJsonObject(value) && value !== 'true' && value !== 'false') {
      put(`jsonData.${field}`, Array.isArray(value) && value.length > 0 ? canonicalJson(value) : value);
    }
  }
  put('user', stringAt(body, 'user'));
  put('basicAuthUser', stringAt(body, 'basicAuthUser'));
  // Older releases kept it there, and SQL databases still read it where the newer place is empty; others read nothing
  // else.
  const older = stringAt(body, 'database');
  const newer = found.get('jsonData.database') ?? older;
  put('jsonData.database', newer);
  put('database', older === newer ? undefined : older);
  return found;
}
