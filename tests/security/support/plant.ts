import { alertmanager } from '../../real/fill/fill.ts';
import type { Grafana } from '../../real/grafana.ts';

/** What was planted in an organization, by kind. */
export interface Planted {
  folder: string;
  dashboard: string;
  dataSource: string;
}

/**
 * Puts something of many kinds into an organization; every name, title, uid and text holds the mark, so that anyone who
 * sees any of it can be told.
 */
export async function plant(grafana: Grafana, mark: string): Promise<Planted> {
  const uid = (what: string): string => `${mark}-${what}`;
  const planted = { folder: uid('folder'), dashboard: uid('dashboard'), dataSource: uid('source') };
  await grafana.post('/api/folders', { uid: planted.folder, title: `${mark} folder` });
  for (const name of ['source', 'second-source']) {
    const access = { access: 'proxy', url: `http://${mark}-${name}.example.com`, jsonData: { note: mark } };
    const named = { uid: uid(name), name: `${mark} ${name}`, type: 'prometheus' };
    await grafana.post('/api/datasources', { ...named, ...access });
  }
  await grafana.post(`/api/datasources/uid/${planted.dataSource}/correlations`, {
    targetUID: uid('second-source'),
    label: `${mark} correlation`,
    description: mark,
    type: 'query',
    config: { field: 'instance', target: { expr: mark } },
  });
  const datasource = { type: 'prometheus', uid: planted.dataSource };
  await grafana.post('/api/library-elements', {
    uid: uid('panel'),
    name: `${mark} library panel`,
    kind: 1,
    folderUid: planted.folder,
    model: { type: 'timeseries', title: `${mark} panel`, datasource },
  });
  await saveDashboard(grafana, planted, mark, 'dashboard', `# ${mark}`);
  await grafana.post('/api/teams', { name: `${mark} team`, email: `${mark}@example.com` });
  await grafana.post('/api/serviceaccounts', { name: uid('robot'), role: 'Viewer' });
  const items = [{ type: 'dashboard_by_uid', value: planted.dashboard }];
  await grafana.post('/api/playlists', { name: `${mark} playlist`, interval: '5m', items });
  await grafana.post('/api/annotations', { dashboardUID: planted.dashboard, text: `${mark} annotation`, tags: [mark] });
  // Grafana takes a while to start alerting in a new organization.
  await alertmanager(grafana);
  await alerting(grafana, planted, mark);
  return planted;
}

/** Saves a dashboard below the planted folder, over what is there. */
export async function saveDashboard(
  grafana: Grafana,
  planted: Planted,
  mark: string,
  what: string,
  content: string,
): Promise<void> {
  const datasource = { type: 'prometheus', uid: planted.dataSource };
  await grafana.post('/api/dashboards/db', {
    dashboard: {
      uid: `${mark}-${what}`,
      title: `${mark} ${what}`,
      schemaVersion: 39,
      tags: [mark],
      panels: [
        { id: 1, type: 'timeseries', title: `${mark} series`, datasource, targets: [{ refId: 'A', expr: mark }] },
        { id: 2, type: 'text', title: `${mark} text`, options: { content, mode: 'markdown' } },
      ],
    },
    folderUid: planted.folder,
    overwrite: true,
  });
}

async function alerting(grafana: Grafana, planted: Planted, mark: string): Promise<void> {
  const editable = { 'x-disable-provenance': 'true' };
  const receiver = { name: `${mark} receiver`, type: 'webhook', settings: { url: `http://${mark}.example.com/hook` } };
  await grafana.post('/api/v1/provisioning/contact-points', { uid: `${mark}-contact`, ...receiver }, editable);
  const intervals = [{ times: [{ start_time: '00:00', end_time: '06:00' }] }];
  const timing = { name: `${mark} night`, time_intervals: intervals };
  await grafana.post('/api/v1/provisioning/mute-timings', timing, editable);
  await grafana.send(
    'PUT',
    `/api/v1/provisioning/templates/${encodeURIComponent(`${mark} template`)}`,
    { template: `{{ define "${mark}" }}${mark}{{ end }}` },
    editable,
  );
  const query = {
    refId: 'A',
    datasourceUid: planted.dataSource,
    relativeTimeRange: { from: 600, to: 0 },
    model: { refId: 'A', expr: mark },
  };
  await grafana.post(
    '/api/v1/provisioning/alert-rules',
    {
      uid: `${mark}-rule`,
      title: `${mark} rule`,
      ruleGroup: `${mark} group`,
      folderUID: planted.folder,
      orgID: grafana.org,
      condition: 'A',
      data: [query],
      for: '5m',
      noDataState: 'OK',
      execErrState: 'OK',
      labels: { mark },
      annotations: { summary: mark },
    },
    editable,
  );
}
