import { readFileSync } from 'node:fs';
import type { Area, Step } from './step.ts';

/** In the order in which they are played: an area may use what an earlier one made. */
const AREAS = [
  // The org, the viewer, and the tokens that the others act in and as.
  'setup',
  'server',
  'orgs',
  'users',
  'service-accounts',
  'teams',
  'preferences',
  'folders',
  'dashboards',
  'dashboard-objects',
  'search',
  'data-sources',
  'permissions',
  'correlations',
  'library-panels',
  'playlists',
  'annotations',
  'public-dashboards',
  'dashboard-snapshots',
  'plugins',
  'alert-rules',
  'alerting-notifications',
  'alerting-objects',
  'silences',
  // An org in the seconds after it was made, and in the minute after which it has an Alertmanager.
  'new-org',
  'deleted-data-sources',
  'deleted-dashboards',
  'deleted-folders',
  // Removes what the others made, so that the Grafana can be recorded again.
  'cleanup',
];

const FOLDER = new URL('../../golden/grafana/requests/', import.meta.url);

/** Every request of a recording, from the files in tests/golden/grafana/requests. */
export const CATALOGUE: readonly Area[] = AREAS.map((name) => ({
  name,
  steps: JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as Step[],
}));
