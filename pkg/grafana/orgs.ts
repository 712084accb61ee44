import { numberAt, objectAt, type Json, type JsonObject } from '../lib/json/json.ts';
import { hasCode, valueIf } from '../lib/expected-errors.ts';
import { shortText } from '../lib/short-text.ts';
import { DashkeepError } from '../contract/errors.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import type { GrafanaClient } from './http/client.ts';
import { ifFound, isUnreadable } from './http/errors.ts';
import { resourceIn } from './http/expected.ts';
import { objectsOf } from './http/pagination/lists.ts';
import type { KindContext } from './kinds/kind.ts';
import { listNumbered } from './http/pagination/numbered.ts';

const SCRATCH_ORG = 'dashkeep-drill-';

/** The name of the temporary organization of a restore test. @param run - ID of its run */
export function scratchOrgName(run: string): string {
  return `${SCRATCH_ORG}${run}`;
}

/** Whether a name is one of a restore test's temporary organizations, which no backup is about. */
export function isScratchOrg(name: string): boolean {
  return name.startsWith(SCRATCH_ORG) && /^\d{8}T\d{6}Z-[0-9a-f]{8}$/.test(name.slice(SCRATCH_ORG.length));
}

/** What is read of an organization in the list. */
const OF_AN_ORG = ['id', 'name'];

/**
 * The name of an organization. Its Admins can make it as long as they like, and it is in every snapshot, with those of
 * all others.
 * @param member - which member of the answer has it
 */
export function orgNameOf(answer: Json | undefined, member = 'name'): string {
  const name = objectAt(answer)?.[member];
  if (typeof name === 'string') {
    return shortText(name);
  }
  return name === undefined || name === null ? '' : UNREAD_NAME;
}

/** Of a name that is too long to be read. No name at all would say that it is not known. */
export const UNREAD_NAME = '…';

/**
 * Every organization, as a server admin sees them: id and name. Pages of `/api/orgs` are counted from 0 or from 1,
 * depending on the release.
 */
export async function listOrgs(client: GrafanaClient, signal: AbortSignal | undefined): Promise<JsonObject[]> {
  const orgs = await listNumbered(
    client,
    {
      path: '/api/orgs',
      size: 1000,
      sizeName: 'perpage',
      numbering: 'either',
      keep: OF_AN_ORG,
      items: (answer) => (Array.isArray(answer) ? answer : undefined),
      key: (org) => String(numberAt(org, 'id') ?? ''),
    },
    signal,
  );
  return orgs.map((org) => ({ ...org, name: orgNameOf(org) }));
}

/** Every organization as `listOrgs`, read once for all kinds of a run. */
export function orgsOfRun({ grafana, memo, signal }: KindContext): Promise<JsonObject[]> {
  return memo('orgs', () => listOrgs(grafana, signal));
}

/**
 * The organization of a name, with its address. Names with a slash are searched for: under a sub-path, no path takes
 * them.
 */
export async function orgNamed(
  client: GrafanaClient,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Json | undefined> {
  let path = `/api/orgs/name/${encodeURIComponent(name)}`;
  if (name.includes('/')) {
    const [found] = objectsOf(await client.get('/api/orgs', { query: { name }, signal }), '/api/orgs');
    if (found === undefined) {
      return undefined;
    }
    path = `/api/orgs/${numberAt(found, 'id')}`;
  }
  const answer = await ifFound(client.get(path, { signal }));
  return answer === undefined ? undefined : resourceIn(answer, path, 'name', name);
}

/**
 * Requests reach an organization by a header. A proxy may drop it, or answer from its cache: then all would be read
 * from, and written to, another one. So it would be with a token of another one.
 * @param org - that the client acts in
 * @throws DK_GRAFANA_ANSWER when another organization responds
 */
export async function assertReached(client: GrafanaClient, org: number, signal?: AbortSignal): Promise<void> {
  const isHidden = hasCode('DK_GRAFANA_FORBIDDEN', 'DK_GRAFANA_NOT_FOUND');
  // One whose name is too long to be read must not keep out all others.
  const isUnknown = (error: unknown): boolean => isHidden(error) || isUnreadable(error);
  const answer = await client.get('/api/org', { signal }).catch(valueIf(isUnknown, undefined));
  const id = numberAt(answer, 'id');
  if (answer !== undefined && id !== org) {
    throw reachesOther(client, org, id);
  }
}

/** For an organization whose requests another one responds to. */
export function reachesOther(client: GrafanaClient, org: number, other: number | undefined): DashkeepError {
  const { identity, tokenVariable } = client;
  const message =
    tokenVariable === undefined
      ? `requests to organization ${org} reach ${other ?? 'none'}`
      : `${tokenVariable} is a token of organization ${other ?? 'none'}, not of organization ${org}`;
  const advice = identity === 'token' ? reason('set-org-token', { org: String(org) }) : reason('pass-org-header');
  return new DashkeepError('DK_GRAFANA_ANSWER', message, { advice });
}
