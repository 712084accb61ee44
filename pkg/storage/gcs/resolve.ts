import type { Sourced } from '../../lib/sourced.ts';
import { checkedEndpoint } from '../address.ts';
import type { GcsSettings } from './settings.ts';

/** Everything that is needed to speak to a bucket, each with where it came from. */
export interface ResolvedGcs {
  endpoint: Sourced<string>;
  credentials: {
    from: string;
    /** The key as it is now; empty where the platform gives an identity. */
    read(): Promise<string>;
  };
  settings: GcsSettings;
}

const ENDPOINT = { value: 'https://storage.googleapis.com', from: 'default, because no endpoint is configured' };

/** Decides endpoint and credentials before anything is sent. @throws DK_SETTINGS */
export function resolveGcs(settings: GcsSettings): ResolvedGcs {
  const { endpoint, credentials } = settings;
  return {
    endpoint: endpoint === undefined ? ENDPOINT : checkedEndpoint(endpoint, 'Google Cloud Storage'),
    credentials: {
      from: credentials?.from ?? 'the identity of the platform, because no key is set',
      read: async () => (credentials === undefined ? '' : credentials.value()),
    },
    settings,
  };
}
