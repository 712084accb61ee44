import { join } from 'node:path';
import type { RealGrafana } from './grafana.ts';

/** Settings of the program for a repository of that name in a directory, which is also its home. */
export function dashkeepEnvironment(grafana: RealGrafana, directory: string, name: string): Record<string, string> {
  return {
    HOME: directory,
    GRAFANA_URL: grafana.url,
    GRAFANA_ADMIN_USER: grafana.user,
    GRAFANA_ADMIN_PASSWORD: grafana.password,
    DASHKEEP_TARGET: `file://${join(directory, name)}`,
    DASHKEEP_STATE_DIR: join(directory, 'state'),
    DASHKEEP_PLAIN_COPIES: 'no',
  };
}
