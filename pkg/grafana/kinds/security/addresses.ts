import { isJsonObject, type Json } from '../../../lib/json/json.ts';

/**
 * Ends of names under which data sources and plugins keep where requests or credentials go: `tokenUri`, `proxyUrl`,
 * `assumeRoleArn`, `azureCredentials.azureCloud`, … Each plugin has its own names; addresses under others are known by
 * their form.
 */
const ADDRESS_NAME =
  /(url|uri|host|hostname|endpoint|address|addresse|server|servername|proxy|domain|issuer|broker|gateway|port|arn|externalid|cloud|cloudname|tenantid|account|site|instance|workspace|environmentid|dsn|connectionstring)s?$/i;
const ADDRESS_FORM = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Values by where they are, such as `jsonData.proxyUrl`. */
export interface Addresses {
  /** Where Grafana sends requests, and credentials with them. */
  requests: Map<string, string>;
  /** Where people are led when they click: the members of lists, as in derived fields. */
  links: Map<string, string>;
}

/** Finds the addresses in settings of any form. Empty ones count as absent. */
export function addressesIn(value: Json | undefined, path: string): Addresses {
  const found: Addresses = { requests: new Map(), links: new Map() };
  collect(value, path, '', false, found);
  return found;
}

function collect(value: Json | undefined, path: string, name: string, listed: boolean, found: Addresses): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => collect(item, `${path}.${index}`, name, listed || isJsonObject(item), found));
  } else if (isJsonObject(value)) {
    Object.entries(value).forEach(([key, member]) => collect(member, `${path}.${key}`, key, listed, found));
  } else if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value);
    if (text !== '' && (ADDRESS_NAME.test(name) || ADDRESS_FORM.test(text))) {
      (listed ? found.links : found.requests).set(path, text);
    }
  }
}
