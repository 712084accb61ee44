import type { JsonObject } from '../../contract/json.ts';
import { objectAt, stringAt } from '../../contract/json.ts';
import type { GrafanaClient } from '../../grafana/client.ts';
import { isAbsent } from './grafana.ts';

export const APP_ID = 'dashkeep-backup-app';
const SETTINGS = `/api/plugins/${APP_ID}/settings`;

export type AppOutcome = 'configured' | 'unchanged' | 'not-installed';

/**
 * Enables the app in one org and tells it how to reach the service, so that nobody types that. Grafana replaces the whole
 * jsonData at every save, so what others put there is sent back as it came.
 * @param known - the same address and token were written before: then nothing is, unless Grafana has lost them
 */
export async function configureApp(
  grafana: GrafanaClient,
  wanted: { url: string; token: string; known: boolean },
  signal: AbortSignal,
): Promise<AppOutcome> {
  let current;
  try {
    current = await grafana.get(SETTINGS, { signal });
  } catch (error) {
    if (isAbsent(error)) {
      return 'not-installed';
    }
    throw error;
  }
  const settings = objectAt(current) ?? {};
  const jsonData: JsonObject = objectAt(settings, 'jsonData') ?? {};
  const secret = objectAt(settings, 'secureJsonFields')?.['sidecarToken'] === true;
  if (wanted.known && secret && settings['enabled'] === true && stringAt(jsonData, 'sidecarUrl') === wanted.url) {
    return 'unchanged';
  }
  await grafana.post(
    SETTINGS,
    {
      enabled: true,
      pinned: settings['pinned'] === false && settings['enabled'] === true ? false : true,
      jsonData: { ...jsonData, sidecarUrl: wanted.url },
      secureJsonData: { sidecarToken: wanted.token },
    },
    { signal },
  );
  return 'configured';
}
