import type { AppPluginMeta } from '@grafana/data';

/** What Grafana keeps for this app; the token is written once and never comes back. */
export interface AppSettings {
  /** Where Grafana reaches the Dashkeep service, for example http://127.0.0.1:3210 */
  sidecarUrl?: string;
}

export type AppMeta = AppPluginMeta<AppSettings>;
