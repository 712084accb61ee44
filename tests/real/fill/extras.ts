import type { Grafana, Served } from '../grafana.ts';

const MINUTE = 60_000;

/** Annotations of the whole organization and of dashboards, with and without an end. */
export async function fillAnnotations(grafana: Grafana, count: number): Promise<void> {
  const start = Date.now() - 30 * 24 * 60 * MINUTE;
  const places = [{}, { dashboardUID: 'real-shop-front' }, { dashboardUID: 'real-cards', panelId: 1 }];
  for (let number = 0; number < count; number++) {
    const time = start + number * 7 * MINUTE;
    await grafana.post('/api/annotations', {
      ...places[number % places.length],
      time,
      ...(number % 5 === 0 ? { timeEnd: time + 3 * MINUTE } : {}),
      tags: ['real', `n${number % 4}`],
      text: `Deployed <b>${number}</b>`,
    });
  }
}

/** Public dashboards, one of them switched off. */
export async function fillPublicDashboards(grafana: Grafana): Promise<void> {
  for (const [uid, isEnabled] of [
    ['real-shop-front', true],
    ['real-root', false],
  ] as const) {
    await grafana.post(`/api/dashboards/uid/${uid}/public-dashboards`, {
      isEnabled,
      annotationsEnabled: true,
      timeSelectionEnabled: true,
      share: 'public',
    });
  }
}

/** Two playlists, through the interface that keeps their uid where it is served. */
export async function fillPlaylists(grafana: Grafana, served: Served): Promise<void> {
  const version = served.get('playlist.grafana.app')?.[0];
  for (const [name, title] of [
    ['real-tour', 'Tour'],
    ['real-wall', 'The wall'],
  ] as const) {
    const items = [
      { type: 'dashboard_by_uid', value: 'real-root' },
      { type: 'dashboard_by_tag', value: 'real' },
    ];
    if (version === undefined) {
      await grafana.post('/api/playlists', { name: title, interval: '5m', items });
    } else {
      await grafana.post(grafana.resource('playlist.grafana.app', version, 'playlists'), {
        apiVersion: `playlist.grafana.app/${version}`,
        kind: 'Playlist',
        metadata: { name },
        spec: { title, interval: '5m', items },
      });
    }
  }
}

/** Preferences of the organization, with a home dashboard. */
export async function fillPreferences(grafana: Grafana): Promise<void> {
  await grafana.put('/api/org/preferences', {
    theme: 'light',
    timezone: 'Europe/Paris',
    weekStart: 'monday',
    homeDashboardUID: 'real-home',
  });
}

/** Published snapshots of a dashboard: for ever, and for a week. */
export async function fillDashboardSnapshots(grafana: Grafana): Promise<void> {
  const { dashboard } = await grafana.get<{ dashboard: object }>('/api/dashboards/uid/real-shop-front');
  for (const [name, expires] of [
    ['Black Friday', 0],
    ['This week', 604_800],
  ] as const) {
    await grafana.post('/api/snapshots', { dashboard, name, expires });
  }
}
