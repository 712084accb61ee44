import type { DoctorCheck } from '../../contract/api/status.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { KindName } from '../../contract/kinds.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { adviceOf } from '../../contract/reasons/reason.ts';
import type { Instance } from '../../grafana/instance.ts';
import type { KindContext } from '../../grafana/kinds/kind.ts';
import { coverageOf, type Covered } from '../../repository/snapshots/coverage.ts';
import type { ServiceConfig } from '../config.ts';
import { withTarget } from '../status/coverage-now.ts';
import { checked } from './check.ts';
import { rightsByOrg, type OrgRights } from './org-rights.ts';

/** Most organizations that are named with what is missing there. */
const MOST_NAMED = 5;

/** What backups are asked for. */
export interface AskedFor extends Pick<Covered, 'orgs' | 'scope'> {
  excludeKinds: readonly KindName[];
  /** The configuration of the service; undefined for a connection. */
  config?: Pick<ServiceConfig, 'settings'>;
  /** Start of the variables of a connection; undefined for the Grafana that is backed up. */
  connection?: string;
  /** Whether the service creates a token for an organization that has none. */
  createsToken?: (org: number) => boolean;
}

/**
 * What a backup would cover, from the permissions in each of the organizations.
 * @param instance - with a client for each organization that can be reached
 */
export async function checkRights(
  instance: Instance,
  run: Pick<KindContext, 'clock' | 'log' | 'signal'>,
  { excludeKinds, config, connection, ...asked }: AskedFor,
): Promise<DoctorCheck> {
  const subject = reason('check-of-rights');
  const reached = await rightsByOrg(instance, run, excludeKinds);
  const [first] = reached;
  if (first?.refused !== undefined && reached.every(({ refused }) => refused !== undefined && !isOfAccess(refused))) {
    return checked(subject, 'skipped', [reason('rights-silent', { message: first.refused.message })]);
  }
  const all = [...reached, ...withoutToken(asked, reached)];
  // That of the organization with the server kinds last.
  const kinds: Manifest['kinds'] = Object.assign({}, ...all.map((one) => one.kinds).reverse());
  const { whole, parts, advice: general } = coverageOf({ ...asked, kinds, errors: errorsOf(all, kinds) });
  const fitting =
    connection === undefined ? general : general.map(() => reason('include-in-connection', { connection }));
  const advice = config === undefined ? fitting : withTarget(fitting, config);
  const flawed = all.filter(({ lacking, refused }) => lacking.length > 0 || refused !== undefined);
  if (flawed.length === 0) {
    return checked(subject, whole ? 'ok' : 'warning', parts, ...advice);
  }
  const open = flawed.filter(({ refused }) => !isClosed(refused));
  const named = open.slice(0, MOST_NAMED).map((one) => missingIn(one, all.length > 1));
  const more = open.length > named.length ? [`… (${open.length})`] : [];
  const found = open.length === 0 ? [] : [reason('rights-lacking', { kinds: [...named, ...more].join('; ') })];
  const others = parts.filter(({ code }) => !code.startsWith('lacks-failed'));
  const hints = [
    ...(flawed.some(({ lacking }) => lacking.length > 0) ? [reason('give-admin-role')] : []),
    ...(flawed.length > open.length ? [reason('join-organizations')] : []),
    ...open.flatMap(({ refused }) => (refused === undefined ? [] : [adviceOf(refused)])).slice(0, 1),
  ];
  // A backup with these credentials is partial, but a migration may do without these kinds.
  const status = connection === undefined ? 'failed' : 'warning';
  return checked(subject, status, [...others, ...found], ...hints, ...advice);
}

function isClosed(refused: DashkeepError | undefined): boolean {
  return refused?.why?.code === 'no-member';
}

/** Whether nothing can be read there, whatever Grafana says of permissions. */
function isOfAccess(refused: DashkeepError): boolean {
  return isClosed(refused) || ['DK_GRAFANA_UNAUTHORIZED', 'DK_GRAFANA_ANSWER'].includes(refused.code);
}

/** Organizations that are to be backed up and that nothing reaches. */
function withoutToken(
  { orgs, createsToken }: Pick<AskedFor, 'orgs' | 'createsToken'>,
  reached: readonly OrgRights[],
): OrgRights[] {
  const missing = orgs.filter(({ id }) => !reached.some(({ org }) => org.id === id));
  return missing.map((org) => ({ org, kinds: {}, lacking: [], refused: noToken(org.id, createsToken?.(org.id)) }));
}

function noToken(id: number, comesSoon = false): DashkeepError {
  const advice = comesSoon ? reason('org-token-soon') : reason('set-org-token', { org: String(id) });
  return new DashkeepError('DK_SETTINGS', 'there is no token for it', { advice });
}

function errorsOf(all: readonly OrgRights[], kinds: Manifest['kinds']): Manifest['errors'] {
  const every = Object.keys(kinds) as KindName[];
  return all.flatMap(({ org: { id: org }, lacking, refused }) =>
    refused === undefined
      ? lacking.map(({ kind, isListed }) => ({
          org,
          kind,
          uid: '',
          reason: '',
          code: isListed ? 'list-hides' : 'rights',
        }))
      : every
          .filter((kind) => kinds[kind]?.reason === undefined)
          .map((kind) => ({ org, kind, uid: '', reason: '', code: refused.why?.code ?? refused.code })),
  );
}

function missingIn({ org: { id, name }, lacking, refused }: OrgRights, isOneOfMany: boolean): string {
  const where = isOneOfMany ? `org ${id}${name === '' ? '' : ` (${name})`}: ` : '';
  return where + (refused?.message ?? lacking.map(({ kind, action }) => `${kind} (${action})`).join('; '));
}
