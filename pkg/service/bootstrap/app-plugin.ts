import { boundToken } from '../../contract/bound-token.ts';
import type { JsonObject } from '../../lib/json/json.ts';
import { objectAt, stringAt } from '../../lib/json/json.ts';
import type { GrafanaClient } from '../../grafana/http/client.ts';
import { isAbsent } from './grafana.ts';
import { valueIf } from '../../lib/expected-errors.ts';

export const APP_ID = 'dashkeep-backup-app';
const SETTINGS = `/api/plugins/${APP_ID}/settings`;

/** `disabled`: somebody switched it off, and it is left that way; `of-other`: it belongs to another service. */
export type AppOutcome = 'configured' | 'unchanged' | 'not-installed' | 'disabled' | 'of-other';

/** The app's settings in one org. */
export interface AppSettings {
  enabled: boolean;
  pinned: boolean;
  /** The address that Grafana's proxy sends the token to. */
  url: string | undefined;
  /** Whether Grafana holds a token. */
  hasToken: boolean;
  jsonData: JsonObject;
}

/** @returns undefined where the app is not installed */
export async function readApp(grafana: GrafanaClient, signal: AbortSignal): Promise<AppSettings | undefined> {
  const current = await grafana.get(SETTINGS, { signal }).catch(valueIf(isAbsent, undefined));
  if (current === undefined) {
    return undefined;
  }
  const settings = objectAt(current) ?? {};
  const jsonData: JsonObject = objectAt(settings, 'jsonData') ?? {};
  return {
    enabled: settings['enabled'] === true,
    pinned: settings['pinned'] !== false || settings['enabled'] !== true,
    url: stringAt(jsonData, 'sidecarUrl'),
    hasToken: objectAt(settings, 'secureJsonFields')?.['sidecarToken'] === true,
    jsonData,
  };
}

/**
 * Enables the app in one org with the address and token of the service, so that nobody types them. Grafana replaces the
 * whole jsonData at every save, so what others put there is sent back as it came.
 */
export async function configureApp(
  grafana: GrafanaClient,
  { pinned, jsonData }: AppSettings,
  { url, token }: { url: string; token: string },
  signal: AbortSignal,
): Promise<void> {
  const secureJsonData = { sidecarToken: boundToken(url, token) };
  await grafana.post(
    SETTINGS,
    { enabled: true, pinned, jsonData: { ...jsonData, sidecarUrl: url }, secureJsonData },
    { signal },
  );
}
