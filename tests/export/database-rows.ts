export type Value = string | number | null;
/** A row of a table of Grafana's database. */
export type Row = Record<string, Value>;

const json = (value: unknown): string => JSON.stringify(value);
const board = (title: string): object => ({ title, schemaVersion: 39, panels: [] });
const object = (kind: string, name: string, spec: object, folder?: string): Row => ({
  namespace: 'default',
  resource: `${kind.toLowerCase()}s`,
  name,
  value: json({
    kind,
    apiVersion: 'x/v1',
    metadata: { name, annotations: folder === undefined ? {} : { 'grafana.app/folder': folder } },
    spec,
  }),
});

/** Tables that all versions since Grafana 10 have. */
export const COMMON: Record<string, Row[]> = {
  org: [
    { id: 1, name: 'Main Org.', address1: '', city: 'Berlin' },
    { id: 2, name: 'Second', address1: '', city: '' },
  ],
  user: [
    { id: 1, login: 'admin', email: 'admin@localhost', name: '', is_admin: 1, is_disabled: 0, is_service_account: 0 },
    { id: 2, login: 'ada', email: 'ada@x', name: 'Ada', is_admin: 0, is_disabled: 1, is_service_account: 0 },
    { id: 3, login: 'sa-1', email: 'sa-1', name: 'Robot', is_admin: 0, is_disabled: 0, is_service_account: 1 },
  ].map((row) => ({ ...row, password: 'secret-of-user', salt: 'secret-of-salt', rands: 'secret-of-rands' })),
  org_user: [
    { id: 1, org_id: 1, user_id: 1, role: 'Admin' },
    { id: 2, org_id: 2, user_id: 2, role: 'Viewer' },
  ],
  team: [{ id: 7, org_id: 1, name: 'T', email: 't@x', uid: 'tu' }],
  team_member: [{ id: 1, org_id: 1, team_id: 7, user_id: 2, permission: 4 }],
  preferences: [
    { id: 1, org_id: 1, user_id: 0, team_id: 0, theme: 'dark', timezone: '', week_start: null, home_dashboard_id: 12 },
    { id: 2, org_id: 1, user_id: 2, team_id: 0, theme: 'light', timezone: '', week_start: null, home_dashboard_id: 0 },
  ],
  data_source: [
    {
      id: 1,
      org_id: 1,
      uid: 'p',
      name: 'P',
      type: 'prometheus',
      access: 'proxy',
      url: 'http://p',
      basic_auth: 1,
      basic_auth_user: 'me',
      basic_auth_password: 'secret-of-old',
      is_default: 1,
      with_credentials: 0,
      read_only: 0,
      json_data: json({ a: '\t\\ "quoted"\n' }),
      secure_json_data: json({ basicAuthPassword: 'secret-of-source' }),
    },
  ],
  correlation: [{ uid: 'c', org_id: 1, source_uid: 'p', target_uid: 'p', label: 'L', description: '', config: '{}' }],
  library_element: [
    { id: 1, org_id: 1, uid: 'l', name: 'L', kind: 1, folder_id: 0, folder_uid: 'f', model: '{}', version: 2 },
  ],
  dashboard_public: [
    { uid: 'pub', dashboard_uid: 'd', org_id: 1, access_token: 'abc', is_enabled: 1, share: 'public' },
  ],
  annotation: [
    {
      id: 1,
      org_id: 1,
      alert_id: 0,
      dashboard_uid: 'd',
      epoch: 5,
      epoch_end: 5,
      text: 'deployed',
      tags: json(['a']),
      data: '',
    },
    {
      id: 2,
      org_id: 1,
      alert_id: 9,
      dashboard_uid: 'd',
      epoch: 6,
      epoch_end: 6,
      text: 'alerting',
      tags: null,
      data: '',
    },
  ],
  alert_rule: [1, 0].map((place) => ({
    id: 5 - place,
    org_id: 1,
    uid: `r${place}`,
    title: `R${place}`,
    namespace_uid: 'f',
    rule_group: 'G',
    rule_group_idx: place,
    condition: 'A',
    data: json([{ refId: 'A', model: {} }]),
    interval_seconds: 90,
    for: 300_000_000_000,
    keep_firing_for: 0,
    no_data_state: 'OK',
    exec_err_state: 'Error',
    annotations: json({ summary: 's' }),
    labels: null,
    is_paused: place,
    notification_settings: json([{ receiver: 'Ops' }]),
    record: '',
  })),
  alert_configuration: [
    { id: 1, org_id: 1, alertmanager_configuration: '{}' },
    {
      id: 2,
      org_id: 1,
      alertmanager_configuration: json({
        template_files: { t: '{{ x }}' },
        alertmanager_config: {
          route: { receiver: 'Ops' },
          mute_time_intervals: [{ name: 'old', time_intervals: [] }],
          time_intervals: [{ name: 'new', time_intervals: [] }],
          receivers: [
            {
              name: 'Ops',
              grafana_managed_receiver_configs: [
                {
                  uid: 's',
                  name: 'Ops',
                  type: 'slack',
                  settings: { title: 'x', token: 'secret-of-plain' },
                  secureSettings: { url: 'secret-of-slack' },
                },
              ],
            },
          ],
        },
      }),
    },
  ],
  provenance_type: [{ org_id: 1, record_type: 'template', record_key: 't', provenance: 'file' }],
  plugin_setting: [
    {
      org_id: 1,
      plugin_id: 'app',
      enabled: 1,
      pinned: 0,
      json_data: '{}',
      secure_json_data: json({ k: 'secret-of-app' }),
    },
  ],
  dashboard_snapshot: [{ id: 1, org_id: 1, delete_key: 'secret-of-snapshot' }],
  api_key: [{ id: 1, org_id: 1, key: 'secret-of-key' }],
};

/** Dashboards, folders and playlists in their old tables. */
export const EARLIER: Record<string, Row[]> = {
  folder: [{ id: 1, org_id: 1, uid: 'f', title: 'F', parent_uid: null, description: 'about' }],
  dashboard: [
    { id: 11, org_id: 1, uid: 'f', title: 'F', is_folder: 1, folder_id: 0, data: '{}', version: 1 },
    { id: 12, org_id: 1, uid: 'd', title: 'D', is_folder: 0, folder_id: 11, data: json(board('D')), version: 4 },
    { id: 13, org_id: 1, uid: 'g', title: 'Gone', is_folder: 0, data: json(board('Gone')), deleted: '2026-01-01' },
  ],
  playlist: [{ id: 1, org_id: 1, uid: 'pl', name: 'PL', interval: '5m' }],
  playlist_item: [
    { id: 1, playlist_id: 1, type: 'dashboard_by_uid', value: 'e', title: '', order: 2 },
    { id: 2, playlist_id: 1, type: 'dashboard_by_uid', value: 'd', title: '', order: 1 },
  ],
};

/** The same in the unified storage of Grafana 12, which ignores the old tables. */
export const UNIFIED: Record<string, Row[]> = {
  ...EARLIER,
  dashboard: [
    ...(EARLIER['dashboard'] ?? []),
    { id: 14, org_id: 1, uid: 'stale', title: 'Stale', is_folder: 0, data: json(board('Stale')), version: 1 },
  ],
  resource: [
    object('Folder', 'f', { title: 'F', description: 'about' }),
    object('Dashboard', 'd', board('D'), 'f'),
    object('Playlist', 'pl', {
      title: 'PL',
      interval: '5m',
      items: ['d', 'e'].map((value) => ({ type: 'dashboard_by_uid', value })),
    }),
  ],
  playlist: [],
  unifiedstorage_migration_log: [{ migration_id: 'folders and dashboards migration', success: 1 }],
};
