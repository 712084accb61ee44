import { numberAt, type Json } from '../lib/json/json.ts';
import type { GrafanaClient } from './http/client.ts';
import { listNumbered } from './http/pagination/numbered.ts';

/**
 * Every organization, as a server admin sees them. Pages of `/api/orgs` are counted from 0 or from 1, depending on the
 * release.
 */
export function listOrgs(client: GrafanaClient, signal: AbortSignal | undefined): Promise<Json[]> {
  return listNumbered(
    client,
    {
      path: '/api/orgs',
      size: 1000,
      sizeName: 'perpage',
      numbering: 'either',
      items: (answer) => (Array.isArray(answer) ? answer : undefined),
      key: (org) => String(numberAt(org, 'id') ?? ''),
    },
    signal,
  );
}
