import type { RealGrafana } from './grafana.ts';
import { eachAtOnce } from '../tools/bare.ts';

/** As large as Dashkeep's pages of folders; Grafana cuts pages of dashboards by their size. */
const PAGE = 500;
/** One dashboard after the other would take minutes, and more concurrent requests are no faster. */
const READS_AT_ONCE = 4;

/**
 * Lists dashboards and folders with their bodies and does nothing with them: the lower bound of a backup. Before
 * Grafana 12 each dashboard is read by itself.
 * @returns seconds
 */
export async function bareListing(grafana: RealGrafana): Promise<number> {
  const apis = await grafana.apis();
  const started = performance.now();
  if (apis === undefined) {
    await grafana.call('GET', '/api/folders?limit=1000');
    await eachAtOnce(READS_AT_ONCE, await grafana.uids(), (uid) => grafana.ask('GET', `/api/dashboards/uid/${uid}`));
  } else {
    await listAll(grafana, `/apis/folder.grafana.app/${apis.folder}/namespaces/default/folders`);
    await listAll(grafana, `/apis/dashboard.grafana.app/${apis.dashboard}/namespaces/default/dashboards`);
  }
  return (performance.now() - started) / 1000;
}

async function listAll(grafana: RealGrafana, path: string): Promise<void> {
  let next = '';
  do {
    const token = next === '' ? '' : `&continue=${encodeURIComponent(next)}`;
    const page = (await grafana.call('GET', `${path}?limit=${PAGE}${token}`)) as { metadata: { continue?: string } };
    next = page.metadata.continue ?? '';
  } while (next !== '');
}
