import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';

/** Parameters of a request; those that are undefined are left out. */
export type Query = Record<string, string | number | boolean | undefined>;

/**
 * Where Grafana answers.
 * @param setting - names the address in errors
 * @throws DashkeepError DK_SETTINGS when that is no URL to talk to
 */
export function grafanaUrl(text: string, setting = 'GRAFANA_URL'): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new DashkeepError('DK_SETTINGS', `${setting} is not a URL: ${text}`, {
      advice: reason('write-scheme'),
    });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new DashkeepError('DK_SETTINGS', `${setting} must start with http:// or https://, not ${url.protocol}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new DashkeepError('DK_SETTINGS', `${setting} must not contain a user or password`, {
      advice: reason('use-admin-variables'),
    });
  }
  return url;
}

/** The query of a request, with its question mark; nothing when there is none. */
export function queryOf(query: Query | undefined): string {
  if (query === undefined) {
    return '';
  }
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) {
      parameters.set(name, String(value));
    }
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
