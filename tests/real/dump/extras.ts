import type { Grafana, Served } from '../grafana.ts';
import { type Entries, without } from './entries.ts';

export async function dumpDataSources(grafana: Grafana, entries: Entries): Promise<void> {
  for (const { uid } of await grafana.get<{ uid: string }[]>('/api/datasources')) {
    const body = await grafana.get<object>(`/api/datasources/uid/${uid}`);
    entries.add('data-source', uid, without(body, 'id', 'orgId', 'version', 'accessControl', 'apiVersion'));
    // Not the list of all: it counts other organizations and correlations whose data source is gone.
    const own = await grafana.find<object[]>(`/api/datasources/uid/${uid}/correlations`);
    for (const correlation of own ?? []) {
      const { targetUID, label } = correlation as { targetUID: string; label: string };
      entries.add('correlation', `${uid} ${targetUID} ${label}`, without(correlation, 'uid', 'orgId'));
    }
  }
}

interface Annotation {
  time: number;
  timeEnd: number;
  text: string;
  dashboardUID?: string | null;
  panelId?: number;
  tags?: string[] | null;
  type?: string;
}

/** As many as one answer may hold; more than any Grafana that this suite fills. */
const ALL = 100_000;

export async function dumpAnnotations(grafana: Grafana, entries: Entries): Promise<void> {
  const list = await grafana.get<Annotation[]>(`/api/annotations?type=annotation&limit=${ALL}&from=1&to=4102444800000`);
  for (const { time, timeEnd, text, dashboardUID, panelId, tags } of list) {
    entries.add('annotation', `${time} ${text}`, { timeEnd, dashboardUID: dashboardUID ?? '', panelId, tags });
  }
}

/** Playlists by title: below Grafana 12 they get a new uid. */
export async function dumpPlaylists(grafana: Grafana, served: Served, entries: Entries): Promise<void> {
  const version = served.get('playlist.grafana.app')?.[0];
  if (version !== undefined) {
    const path = grafana.resource('playlist.grafana.app', version, 'playlists');
    const { items } = await grafana.get<{ items: { metadata: { name: string }; spec: { title: string } }[] | null }>(
      path,
    );
    items?.forEach(({ metadata, spec }) => entries.add('playlist', spec.title, { uid: metadata.name, ...spec }));
    return;
  }
  for (const { uid } of await grafana.get<{ uid: string }[]>('/api/playlists?limit=1000')) {
    const { name, interval } = await grafana.get<{ name: string; interval: string }>(`/api/playlists/${uid}`);
    const items = await grafana.get<object[]>(`/api/playlists/${uid}/items`);
    entries.add('playlist', name, {
      interval,
      items: items.map((item) => without(item, 'id', 'PlaylistId', 'playlistid')),
    });
  }
}

export async function dumpDashboardSnapshots(grafana: Grafana, entries: Entries): Promise<void> {
  for (const { key, name } of await grafana.get<{ key: string; name: string }[]>(
    '/api/dashboard/snapshots?limit=1000',
  )) {
    const { dashboard, meta } = await grafana.get<{ dashboard: object; meta: { expires: string } }>(
      `/api/snapshots/${key}`,
    );
    // The year of what never expires depends on the day of publication.
    const expires = new Date(meta.expires).getTime() > Date.now() + 10 * 365 * 86_400_000 ? 'never' : 'some day';
    entries.add('dashboard-snapshot', name, { key, expires, dashboard: without(dashboard, 'id', 'version') });
  }
}

export async function dumpPreferences(grafana: Grafana, entries: Entries): Promise<void> {
  entries.add('preferences', 'org', without(await grafana.get<object>('/api/org/preferences'), 'homeDashboardId'));
}
