import { compact } from '../../contract/compact.ts';
import type { DoctorCheck } from '../../contract/api/status.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { discover } from '../../grafana/capabilities.ts';
import { GrafanaClient } from '../../grafana/http/client.ts';
import { orgTokenCredentials } from '../../grafana/http/credentials.ts';
import { connect, type Instance } from '../../grafana/instance.ts';
import { isScratchOrg, listOrgs, orgNameOf } from '../../grafana/orgs.ts';
import { numberAt } from '../../lib/json/json.ts';
import { orgsOfCommands, serverClient, withServerKinds } from '../../operations/grafana.ts';
import type { ServiceParts } from '../parts.ts';
import { selectedOrgs } from '../settings/selected-orgs.ts';
import { GrafanaHealth } from '../status/health.ts';
import { adminCredentials } from '../token-sources.ts';
import { checked, failedCheck } from './check.ts';
import { checkRights } from './rights.ts';

type GrafanaParts = Pick<
  ServiceParts,
  'config' | 'admin' | 'settings' | 'statusView' | 'keeper' | 'access' | 'clock' | 'randomness' | 'log'
>;

/** Grafana itself, and what may be read of it. */
export async function grafanaChecks(parts: GrafanaParts, signal: AbortSignal): Promise<DoctorCheck[]> {
  const { grafana } = parts.config;
  const { clock, randomness, log } = parts;
  const isWithoutToken = parts.keeper?.orgs.length === 0;
  // A refused password is not tried once more, because Grafana would lock the account.
  const admin = parts.keeper === undefined ? parts.admin : parts.keeper.admin;
  if (isWithoutToken && admin === undefined) {
    const { refusal } = parts.statusView;
    return refusal === undefined ? healthChecks(grafana, signal) : [failedCheck(reason('check-of-grafana'), refusal)];
  }
  let client: GrafanaClient | undefined;
  let server: GrafanaClient | undefined;
  try {
    const credentials =
      isWithoutToken && admin !== undefined
        ? adminCredentials(admin, parts.config.admin.keys)
        : parts.access.credentials();
    const opened = GrafanaClient.open({
      ...grafana,
      credentials,
      clock,
      randomness,
      log,
      attempts: 2,
      timeout: 10_000,
    });
    client = opened;
    const { version } = await discover(opened, signal);
    const found = reason('grafana-found', { version, url: opened.url });
    // Commands reach all organizations with the credentials of a server admin; a token of the service reaches one.
    const reached = isWithoutToken && grafana.admin !== undefined;
    const orgCredentials = parts.access.orgCredentials();
    const { values } = parts.settings.view();
    const selected = selectedOrgs(parts.config, values);
    const wanted = isWithoutToken ? orgsOfCommands(selected) : undefined;
    const all = await connect({ client: opened, orgs: wanted, orgCredentials, signal });
    const connected = isWithoutToken && !reached && selected === undefined ? inHome(all) : all;
    // Commands use the given tokens beside an admin, too.
    const byCommands = grafana.admin === undefined ? [] : orgTokenCredentials(grafana.orgTokens);
    const tokens = new Map([...orgCredentials, ...byCommands]);
    const instance = { ...connected, serverAdmin: reached && connected.serverAdmin };
    const asked = isWithoutToken
      ? { excludeKinds: values.scope.excludeKinds, orgs: connected.orgs, scope: connected.scope }
      : parts.statusView.askedFor({ ...instance, scope: withServerKinds(instance.scope, parts.access) });
    const orgs = asked.orgs.flatMap(({ id, name }) => {
      const known = connected.orgs.find((org) => org.id === id);
      const token = tokens.get(id);
      return token === undefined ? (known ?? []) : { id, name: known?.name ?? name, client: opened.inOrg(id, token) };
    });
    const { deploymentTarget } = await parts.settings.effective();
    const link = { ...grafana, ...parts.access, clock, randomness, log };
    server = deploymentTarget ? await serverClient(link, signal) : undefined;
    // A restore may just have created that organization. After a failed attempt, the check of the token gives advice.
    const createsToken = (id: number): boolean =>
      admin !== undefined &&
      parts.keeper?.existing.has(id) === true &&
      !parts.keeper.status.orgs.some((one) => one.id === id);
    const rights = await checkRights(
      compact({ ...instance, orgs, server }),
      { clock, log, signal },
      { ...asked, createsToken, config: parts.config },
    );
    const serverAdmin = server ?? (instance.serverAdmin ? opened : undefined);
    const left = serverAdmin === undefined ? [] : await leftoverChecks(serverAdmin, signal);
    return [checked(reason('check-of-grafana'), 'ok', [found]), rights, ...left];
  } catch (error) {
    return [failedCheck(reason('check-of-grafana'), error)];
  } finally {
    await Promise.all([client?.close(), server?.close()]);
  }
}

/** The home organization of an instance that an admin reached, as the service will back it up. */
function inHome(instance: Instance): Instance {
  const { orgs, home, scope } = instance;
  const others = scope.others === undefined ? undefined : orgs.filter(({ id }) => id !== home);
  return {
    ...instance,
    orgs: orgs.filter(({ id }) => id === home),
    scope: compact({ ...scope, orgs: 'own' as const, others: others?.map(({ id, name }) => ({ id, name })) }),
  };
}

/** A restore test whose process was killed leaves its organization behind, and no backup or list shows it. */
async function leftoverChecks(serverAdmin: GrafanaClient, signal: AbortSignal): Promise<DoctorCheck[]> {
  const orgs = await listOrgs(serverAdmin, signal);
  return orgs.flatMap((org) => {
    const [id, name] = [String(numberAt(org, 'id')), orgNameOf(org)];
    const advice = reason('delete-scratch-org', { url: serverAdmin.url, name });
    const left = reason('drill-org-left', { name });
    return isScratchOrg(name) ? checked(reason('check-of-organization', { id }), 'warning', [left], advice) : [];
  });
}

/** All that can be tried without a token. */
async function healthChecks(grafana: { url: string; caFile?: string }, signal: AbortSignal): Promise<DoctorCheck[]> {
  const health = new GrafanaHealth(grafana);
  try {
    const { problem, version } = await health.read(signal);
    if (problem !== undefined) {
      return [failedCheck(reason('check-of-grafana'), problem)];
    }
    const { url } = grafana;
    const found =
      version === undefined ? reason('grafana-unversioned', { url }) : reason('grafana-found', { version, url });
    return [
      checked(reason('check-of-grafana'), 'ok', [found]),
      checked(reason('check-of-rights'), 'skipped', [reason('rights-need-token')]),
    ];
  } finally {
    await health.close();
  }
}
