import { refused, type Area } from '../step.ts';

const SETTINGS = '/api/plugins/dashkeep-backup-app/settings';

/** Plugins and the settings of apps; without an installed app only the answers about a missing one. */
export const plugins: Area = {
  name: 'plugins',
  steps: [
    { name: 'plugins', request: 'GET /api/plugins?embedded=0' },
    { name: 'apps', request: 'GET /api/plugins?embedded=0&type=app' },
    { name: 'apps that are enabled', request: 'GET /api/plugins?enabled=1&type=app' },
    { name: 'apps by a token', request: 'GET /api/plugins?embedded=0&type=app', as: 'token' },
    ...refused('GET /api/plugins?embedded=0&type=app'),
    {
      name: 'settings of a data source',
      request: 'GET /api/plugins/grafana-testdata-datasource/settings',
      only: ['id', 'enabled', 'pinned', 'jsonData', 'secureJsonFields', 'type', 'message'],
      keep: ['id', 'enabled'],
    },
    { name: 'settings of a missing app', request: `GET ${SETTINGS}` },
    { name: 'settings of a missing app by a viewer', request: `GET ${SETTINGS}`, as: 'viewer' },
    { name: 'settings of a missing app by nobody', request: `GET ${SETTINGS}`, as: 'nobody' },
    {
      name: 'set those of a missing app',
      request: `POST ${SETTINGS}`,
      body: { enabled: true, pinned: true, jsonData: {} },
    },
    ...refused(`POST ${SETTINGS}`, { enabled: true }),
  ],
};
