import { stringAt } from '../../../../pkg/lib/json/json.ts';
import { problem } from '../http/problems.ts';
import { Raw } from '../http/call.ts';
import type { Router } from '../http/router.ts';

/** Sends a request on to where a data source leads, with its stored password, as Grafana's data source proxy does. */
export function dataSourceProxyRoutes(router: Router): void {
  router.on('GET /api/datasources/proxy/uid/:uid/*', async (call) => {
    call.require('datasources:query');
    const source = call.org.dataSources.get(call.param('uid'));
    if (source === undefined) {
      throw problem(404, 'Data source not found');
    }
    const headers: Record<string, string> = {};
    if (source.basicAuth) {
      const password = source.secureJsonData['basicAuthPassword'] ?? '';
      headers['authorization'] = `Basic ${btoa(`${source.basicAuthUser}:${password}`)}`;
    }
    for (const [name, value] of Object.entries(source.secureJsonData)) {
      const header = stringAt(source.jsonData, name.replace('HeaderValue', 'HeaderName'));
      if (name.startsWith('httpHeaderValue') && header !== undefined) {
        headers[header] = value;
      }
    }
    try {
      const answer = await fetch(`${source.url}/${call.param('*')}`, { headers });
      return new Raw(await answer.text(), answer.status);
    } catch {
      throw problem(502, 'Bad Gateway');
    }
  });
}
