import type { Grafana } from './grafana.ts';

/** Why a URL is not taken; undefined when it is. Only this machine's own addresses, unless said otherwise. */
export function refusedUrl(url: string, notLocal: boolean): string | undefined {
  if (!URL.canParse(url) || new URL(url).protocol !== 'http:') {
    return `--grafana needs a URL such as http://127.0.0.1:3000, not '${url}'`;
  }
  const { hostname, username, password } = new URL(url);
  if (username !== '' || password !== '') {
    return 'the URL holds a password: use GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD';
  }
  const isLocal = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
  return isLocal || notLocal ? undefined : `${hostname} is another machine. This suite deletes everything: --not-local`;
}

/** What in this Grafana looks like somebody's own, such as `3 dashboards`; nothing when it is new. */
export async function signsOfUse(grafana: Grafana): Promise<string[]> {
  const counts: [string, number][] = [
    ['organizations beside the main one', (await count(grafana, '/api/orgs?perpage=1000')) - 1],
    ['users beside the admin', (await count(grafana, '/api/users?perpage=1000')) - 1],
    ['folders', await count(grafana, '/api/folders')],
    ['dashboards', await count(grafana, '/api/search?type=dash-db')],
    ['data sources', await count(grafana, '/api/datasources')],
    ['alert rules', await count(grafana, '/api/v1/provisioning/alert-rules')],
    ['annotations', await count(grafana, '/api/annotations?type=annotation')],
  ];
  return counts.filter(([, number]) => number > 0).map(([what, number]) => `${number} ${what}`);
}

async function count(grafana: Grafana, path: string): Promise<number> {
  return (await grafana.get<unknown[] | null>(path))?.length ?? 0;
}
