import type { Doctor, DoctorCheck } from '../../contract/api/status.ts';
import { asDashkeepError } from '../../contract/errors.ts';
import { isJsonObject } from '../../lib/json/json.ts';
import { reasonSentence } from '../../contract/reasons/reason.ts';
import { GrafanaClient } from '../../grafana/http/client.ts';
import { discover } from '../../grafana/capabilities.ts';
import { KINDS } from '../../grafana/kinds/registry.ts';
import { reviewAccess } from '../../kubernetes/access.ts';
import { givenTokenChecks } from '../api-tokens/check.ts';
import { NoAdmin } from '../bootstrap/problems.ts';
import { NOT_OURS_HINT, otherAccount } from '../bootstrap/service-account.ts';
import { deploymentChecks } from './deployment-checks.ts';
import { GrafanaHealth } from '../status/health.ts';
import { NOT_COVERED_HINT, notCovered } from '../status/status-view.ts';
import type { Service } from '../service.ts';

/** Tries everything that can be tried and says of each what to do. Changes nothing but a probe in the target. */
export async function doctor(service: Service, signal: AbortSignal): Promise<Doctor> {
  const groups = await Promise.all([
    grafanaChecks(service, signal),
    tokenChecks(service),
    targetChecks(service, signal),
    kubernetesChecks(service, signal),
    deploymentChecks(service.config, service.clock),
    givenTokenChecks(service.config),
    service.statusView.notCovered.map((org): DoctorCheck => ({
      name: `organization ${org.id}`,
      status: 'warning',
      detail: reasonSentence(notCovered(org)),
      hint: NOT_COVERED_HINT,
    })),
  ]);
  const checks = groups.flat();
  return { ok: checks.every(({ status }) => status !== 'failed'), checks };
}

function failed(name: string, error: unknown): DoctorCheck {
  const { message, hint } = asDashkeepError(error);
  return { name, status: 'failed', detail: message, hint };
}

async function grafanaChecks(service: Service, signal: AbortSignal): Promise<DoctorCheck[]> {
  const { grafana } = service.config;
  const { clock, randomness, log } = service.ports;
  if (service.keeper?.orgs.length === 0) {
    return healthChecks(grafana, signal);
  }
  let client: GrafanaClient | undefined;
  try {
    const credentials = service.access.credentials();
    client = GrafanaClient.open({ ...grafana, credentials, clock, randomness, log, attempts: 2, timeout: 10_000 });
    const { version } = await discover(client, signal);
    const found: DoctorCheck = {
      name: 'grafana',
      status: 'ok',
      detail: `Grafana ${version} at ${client.url}`,
      hint: '',
    };
    return [found, ...(await rightsChecks(client, signal))];
  } catch (error) {
    return [failed('grafana', error)];
  } finally {
    await client?.close();
  }
}

/** All that can be tried without a token. */
async function healthChecks(grafana: { url: string; caFile?: string }, signal: AbortSignal): Promise<DoctorCheck[]> {
  const health = new GrafanaHealth(grafana);
  try {
    const { problem, version = 'of an unknown version' } = await health.read(signal);
    return problem === undefined
      ? [
          { name: 'grafana', status: 'ok', detail: `Grafana ${version} at ${grafana.url}`, hint: '' },
          { name: 'rights', status: 'skipped', detail: 'to be seen with a token', hint: '' },
        ]
      : [failed('grafana', problem)];
  } finally {
    await health.close();
  }
}

/** The rights that kinds name, against those that the token has. */
async function rightsChecks(client: GrafanaClient, signal: AbortSignal): Promise<DoctorCheck[]> {
  let permissions;
  try {
    permissions = await client.get('/api/access-control/user/permissions', { signal });
  } catch (error) {
    const { message } = asDashkeepError(error);
    return [{ name: 'rights', status: 'skipped', detail: `Grafana does not report them: ${message}`, hint: '' }];
  }
  const has = new Set(isJsonObject(permissions) ? Object.keys(permissions) : []);
  const lacking: string[] = [];
  for (const { name, declaration } of KINDS) {
    // The declarations are for people; the action is the first word of each that looks like one.
    const needed = declaration.rights.flatMap((text) => /^([a-z.]+:[a-z]+)\b/.exec(text)?.[1] ?? []).slice(0, 1);
    const missing = needed.filter((action) => !has.has(action));
    if (missing.length > 0) {
      lacking.push(`${name} (${missing.join(', ')})`);
    }
  }
  return [
    lacking.length === 0
      ? {
          name: 'rights',
          status: 'ok',
          detail: `the token can read all ${KINDS.length} kinds`,
          hint: '',
        }
      : {
          name: 'rights',
          status: 'warning',
          detail: `not readable: ${lacking.join('; ')}`,
          hint: 'Give the service account the Admin role, or a custom role with these actions.',
        },
  ];
}

async function tokenChecks(service: Service): Promise<DoctorCheck[]> {
  if (service.keeper === undefined) {
    await service.given?.check();
    const problem = service.given?.status.problem;
    return problem === undefined
      ? [{ name: 'token', status: 'ok', detail: 'set by the deployment; its expiry is unknown', hint: '' }]
      : [failed('token', problem)];
  }
  const { state, orgs, problem, replaced } = service.keeper.status;
  if (problem instanceof NoAdmin && service.ports.admin !== undefined) {
    if (problem.refused) {
      const hint =
        'A running service makes another one with the admin credentials within a minute; ' +
        '`dashkeep bootstrap` makes one now.';
      return [{ name: 'token', status: 'failed', detail: 'Grafana refuses the stored token', hint }];
    }
    // Looking makes no token; before the service has run once there is none, and that is no fault.
    const detail = 'none yet: the service makes one with the admin credentials when it starts';
    return [{ name: 'token', status: 'ok', detail, hint: '' }];
  }
  if (problem !== undefined && state !== 'valid') {
    return [failed('token', problem)];
  }
  const tokens = orgs.map(({ id, state: one, expires }) => ({
    name: `token of org ${id}`,
    status: one === 'valid' ? ('ok' as const) : one === 'expiring' ? ('warning' as const) : ('failed' as const),
    detail:
      (expires === undefined ? `${one}, expiry unknown` : `${one} until ${expires.toISOString()}`) +
      (replaced?.orgs.includes(id) === true
        ? `; made at ${replaced.time.toISOString()} because Grafana refused the one before`
        : ''),
    hint: one === 'failed' ? 'Check that the admin is a member of that organization.' : '',
  }));
  const accounts = orgs.flatMap(({ id, account }): DoctorCheck[] =>
    account?.instead === undefined
      ? []
      : [
          {
            name: `service account of org ${id}`,
            status: 'warning',
            detail: reasonSentence(otherAccount(id, account.name, account.instead)),
            hint: NOT_OURS_HINT,
          },
        ],
  );
  return [...tokens, ...accounts];
}

async function targetChecks(service: Service, signal: AbortSignal): Promise<DoctorCheck[]> {
  try {
    const { steps } = await service.check({}, signal);
    return steps.map(({ step, status, detail, hint }) => ({ name: `target: ${step}`, status, detail, hint }));
  } catch (error) {
    return [failed('target', error)];
  }
}

async function kubernetesChecks(service: Service, signal: AbortSignal): Promise<DoctorCheck[]> {
  const { kubernetes } = service.ports;
  if (kubernetes === undefined) {
    const { directory } = { directory: service.config.stateDirectory };
    return [
      { name: 'kubernetes', status: 'skipped', detail: `not in a cluster; state is stored in ${directory}`, hint: '' },
    ];
  }
  try {
    const answers = await reviewAccess(kubernetes.client, kubernetes.needed, signal);
    return answers.map(({ access, allowed, rule }) => ({
      name: `kubernetes: ${access.verb} ${access.resource} ${access.namespace}/${access.name}`,
      status: allowed ? ('ok' as const) : ('failed' as const),
      detail: allowed ? 'allowed' : 'not allowed',
      hint: allowed ? '' : `Add to the Role: ${rule}`,
    }));
  } catch (error) {
    return [failed('kubernetes', error)];
  }
}
