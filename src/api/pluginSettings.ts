import type { AppPluginMeta } from '@grafana/data';
import { lastValueFrom } from 'rxjs';
import { boundToken } from '../../pkg/contract/bound-token.ts';
import { compact } from '../../pkg/contract/compact.ts';
import manifest from '../plugin.json';
import { fetchGrafana } from './fetchGrafana.ts';

/** What Grafana keeps for this app; the token is written once and never comes back. */
export interface AppSettings {
  /** Where Grafana reaches the Dashkeep service, for example http://127.0.0.1:3210 */
  sidecarUrl?: string;
}

export type AppMeta = AppPluginMeta<AppSettings>;

const SETTINGS = `/api/plugins/${manifest.id}/settings`;

/** Whether the app is enabled and knows the address of the service, as Grafana has it now. */
export async function isConnected(): Promise<boolean> {
  const { data } = await lastValueFrom(fetchGrafana<Partial<AppMeta>>({ url: SETTINGS, showErrorAlert: false }));
  return data.enabled === true && Boolean(data.jsonData?.sidecarUrl);
}

/**
 * Stores how to reach the service. Grafana replaces jsonData as a whole, so what else is in it is sent along; secrets
 * it merges, so an untouched token stays; it is sent to no other address than the one that it was stored with.
 */
export async function saveConnection(meta: AppMeta, sidecarUrl: string, sidecarToken?: string): Promise<void> {
  await lastValueFrom(
    fetchGrafana({
      url: SETTINGS,
      method: 'POST',
      data: compact({
        enabled: true,
        pinned: meta.pinned ?? true,
        jsonData: { ...meta.jsonData, sidecarUrl },
        secureJsonData: sidecarToken === undefined ? undefined : { sidecarToken: boundToken(sidecarUrl, sidecarToken) },
      }),
      showErrorAlert: false,
      showSuccessAlert: false,
    }),
  );
}
