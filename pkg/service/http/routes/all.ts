import type { Service } from '../../service.ts';
import type { Api } from '../api.ts';
import { diffRoutes } from './diff.ts';
import { previewRoutes } from './previews.ts';
import { restoreRoutes } from './restores.ts';
import { runRoutes } from './runs.ts';
import { searchRoutes } from './search.ts';
import { settingsRoutes } from './settings.ts';
import { snapshotRoutes } from './snapshots.ts';
import { statusRoutes } from './status.ts';
import { versionRoutes } from './versions.ts';

export const ROUTES_PREFIX = '/api/v1';

/** Every call of the API but the description of itself. */
export function registerRoutes(api: Api, service: Service): void {
  const { guard } = service;
  statusRoutes(api, service, guard);
  settingsRoutes(api, service, guard);
  runRoutes(api, service, guard);
  snapshotRoutes(api, service);
  diffRoutes(api, service, guard);
  versionRoutes(api, service, guard);
  searchRoutes(api, service, guard);
  restoreRoutes(api, service, guard);
  previewRoutes(api, service, guard);
}
