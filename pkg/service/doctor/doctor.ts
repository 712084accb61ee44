import type { SettingsCheck } from '../../contract/api/settings.ts';
import type { Doctor, DoctorCheck } from '../../contract/api/status.ts';
import { countsNow, isRegularBackup } from '../../contract/manifest.ts';
import { reason, sentenceOf, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { adviceOf, reasonFrom, type Reason } from '../../contract/reasons/reason.ts';
import { reviewAccess } from '../../kubernetes/access.ts';
import { NoAdmin } from '../bootstrap/problems.ts';
import { appOfOther, LEAVE_APP } from '../bootstrap/other-service.ts';
import { DELETE_ACCOUNT, otherAccount } from '../bootstrap/service-account.ts';
import { hasCode } from '../../lib/expected-errors.ts';
import { checked, failedCheck } from './check.ts';
import { grafanaChecks } from './grafana.ts';
import { connectionCheck } from './connection.ts';
import { backupChecks } from './backup.ts';
import { keyChecks } from './keys.ts';
import { deploymentChecks, givenTokenChecks } from './deployment-checks.ts';
import { verificationChecks } from './verification.ts';
import { INCLUDE_ORG, notCovered } from '../status/warnings.ts';
import { findingError } from '../../repository/signing/finding-error.ts';
import { untrustedFinding } from '../../repository/signing/signers.ts';
import { futureFinding } from '../../repository/snapshots/future.ts';
import type { ServiceParts } from '../parts.ts';
import { settingsFindings } from '../settings/findings.ts';

export type DoctorParts = Pick<
  ServiceParts,
  | 'config'
  | 'state'
  | 'admin'
  | 'kubernetes'
  | 'settings'
  | 'check'
  | 'repositoryCache'
  | 'runs'
  | 'secondCopy'
  | 'connections'
  | 'statusView'
  | 'readiness'
  | 'keeper'
  | 'given'
  | 'access'
  | 'clock'
  | 'randomness'
  | 'log'
>;

const PROBE = 'probe';
/** As much as a signing key takes on a disk. */
const PROBE_BYTES = 4096;

/** Tries everything that can be tried and says of each what to do. Changes nothing but probes in target and state. */
export async function doctor(parts: DoctorParts, signal: AbortSignal, within?: number): Promise<Doctor> {
  const byCommands = parts.config.grafana.admin !== undefined;
  const groups = await Promise.all([
    grafanaChecks(parts, signal),
    tokenChecks(parts),
    targetChecks(parts, signal, within),
    repositoryChecks(parts, signal),
    copyChecks(parts, signal, within),
    ...parts.connections.all.map(async (connection) => [await connectionCheck(parts, connection, signal)]),
    settingsFindings(parts.settings).map(({ status, why, advice }) =>
      checked(reason('check-of-settings'), status, [why], advice),
    ),
    kubernetesChecks(parts, signal),
    deploymentChecks(parts.config, parts.clock),
    givenTokenChecks(parts.config),
    parts.statusView.overlooked.map((org) =>
      checked(
        reason('check-of-organization', { id: String(org.id) }),
        'warning',
        [notCovered(org, byCommands)],
        INCLUDE_ORG,
      ),
    ),
  ]);
  const checks = groups.flat();
  return { ok: checks.every(({ status }) => status !== 'failed'), checks };
}

async function tokenChecks(parts: DoctorParts): Promise<DoctorCheck[]> {
  if (parts.keeper === undefined) {
    await parts.given?.check();
    const { state, problem } = parts.given?.status ?? {};
    const subject = reason('check-of-token');
    // The check of Grafana gives the cause: the token cannot be read or sent, or Grafana does not respond.
    const isUnsent = hasCode('DK_SETTINGS')(problem);
    if (problem !== undefined && !isUnsent) {
      return [failedCheck(subject, problem)];
    }
    return state === 'unknown' || isUnsent
      ? [checked(subject, 'skipped', [reason('needs-earlier-steps', { step: sentenceOf(reason('check-of-grafana')) })])]
      : [checked(subject, 'ok', [reason('token-given')])];
  }
  const { state, orgs, problem, notRenewed, replaced } = parts.keeper.status;
  if (problem instanceof NoAdmin && parts.admin !== undefined) {
    if (problem.refused) {
      const hint = reason('token-made-soon', { command: 'dashkeep bootstrap' });
      return [checked(reason('check-of-token'), 'failed', [reason('token-refused')], hint)];
    }
    // Looking makes no token; before the service has run once there is none, and that is no fault.
    return [checked(reason('check-of-token'), 'ok', [reason('token-not-yet')])];
  }
  if (problem !== undefined && state !== 'valid') {
    return [failedCheck(reason('check-of-token'), problem)];
  }
  const tokens = orgs.map(({ id, state: one, expires }) => {
    const findings: Reason[] = [
      expires === undefined
        ? reason('token-endless', { state: one })
        : reason('token-until', { state: one, expires: expires.toISOString() }),
      ...(replaced?.orgs.includes(id) === true
        ? [reason('token-replaced', { time: replaced.time.toISOString() })]
        : []),
    ];
    const status = one === 'valid' ? 'ok' : one === 'expiring' ? 'warning' : 'failed';
    const subject = reason('check-of-org-token', { id: String(id) });
    return checked(subject, status, findings, ...(one === 'failed' ? [reason('check-membership')] : []));
  });
  const accounts = orgs.flatMap(({ id, account }): DoctorCheck[] =>
    account?.instead === undefined
      ? []
      : [
          checked(
            reason('check-of-account', { id: String(id) }),
            'warning',
            [otherAccount(id, account.name, account.instead)],
            DELETE_ACCOUNT,
          ),
        ],
  );
  const apps = orgs.flatMap(({ id, other }): DoctorCheck[] =>
    other === undefined
      ? []
      : [checked(reason('check-of-app', { id: String(id) }), 'warning', [appOfOther(id, other)], LEAVE_APP)],
  );
  const renewal =
    notRenewed === undefined
      ? []
      : [checked(reason('check-of-token'), 'warning', [reasonFrom(notRenewed)], adviceOf(notRenewed))];
  return [...tokens, ...renewal, ...accounts, ...apps];
}

async function targetChecks(parts: DoctorParts, signal: AbortSignal, within?: number): Promise<DoctorCheck[]> {
  try {
    return stepChecks(await parts.check({}, signal, within), (step) => reason('check-of-target-step', { step }));
  } catch (error) {
    return [failedCheck(reason('check-of-target'), error)];
  }
}

function stepChecks({ steps, resolved }: SettingsCheck, subjectOf: (step: string) => KnownReason): DoctorCheck[] {
  return steps.map(({ step, status, detail, findings = [], hint, hints = [] }) => {
    const subject = subjectOf(step);
    const check = { name: sentenceOf(subject), subject, status, detail, findings, hint, hints };
    return step === 'resolve' ? { ...check, resolved } : check;
  });
}

/** The second target, as the first. */
async function copyChecks({ secondCopy }: DoctorParts, signal: AbortSignal, within?: number): Promise<DoctorCheck[]> {
  if (!secondCopy.isSet) {
    return [];
  }
  const subject = reason('check-of-copy');
  try {
    const steps = stepChecks(await secondCopy.check(signal, within), (step) => reason('check-of-copy-step', { step }));
    const findings = steps.some(({ status }) => status === 'failed') ? [] : await secondCopy.inspect(signal);
    return [...steps, ...findings.map((finding) => failedCheck(subject, findingError(finding)))];
  } catch (error) {
    return [failedCheck(subject, error)];
  }
}

/** Differences of the repository from what this service remembers; snapshots that are untrusted or from the future. */
async function repositoryChecks(parts: DoctorParts, signal: AbortSignal): Promise<DoctorCheck[]> {
  if (parts.settings.view().values.target.url === '') {
    return [];
  }
  const subject = reason('check-of-repository');
  try {
    const findings = await parts.repositoryCache.use(signal, (work) => work.inspect(signal));
    const damage = await parts.repositoryCache.use(signal, (work) => work.configDamage(signal));
    const snapshots = await parts.repositoryCache.use(signal, (work) => work.snapshots(signal));
    return [
      ...(snapshots.some((one) => countsNow(one) && isRegularBackup(one)) ? await backupChecks(parts, signal) : []),
      ...(damage === undefined ? [] : [failedCheck(subject, damage)]),
      ...(await verificationChecks(parts, signal)),
      ...(await keyChecks(parts, snapshots, signal)),
      ...findings.map((finding) => failedCheck(subject, findingError(finding))),
      ...snapshots
        .filter(({ future }) => future === true)
        .map(({ id }) => futureFinding(id))
        .concat(untrustedFinding(snapshots) ?? [])
        .map(({ why, advice }) => checked(subject, 'warning', [why], advice)),
    ];
  } catch {
    // The checks of the target say why it cannot be read.
    return [];
  }
}

async function kubernetesChecks(parts: DoctorParts, signal: AbortSignal): Promise<DoctorCheck[]> {
  const { kubernetes } = parts;
  if (kubernetes === undefined) {
    try {
      await parts.state.set(PROBE, Buffer.alloc(PROBE_BYTES));
      await parts.state.delete(PROBE);
    } catch (error) {
      return [failedCheck(reason('check-of-state'), error)];
    }
    const subject = reason('check-of-cluster');
    return [checked(subject, 'skipped', [reason('not-in-cluster', { directory: parts.config.stateDirectory })])];
  }
  try {
    const reviews = await reviewAccess(kubernetes.client, kubernetes.needed, signal);
    return reviews.map(({ access, allowed, rule }) => {
      const { verb, resource, namespace, name } = access;
      const subject = reason('check-of-access', { verb, resource, namespace, name });
      return allowed
        ? checked(subject, 'ok', [reason('access-allowed')])
        : checked(subject, 'failed', [reason('access-denied')], reason('add-rule', { rule }));
    });
  } catch (error) {
    return [failedCheck(reason('check-of-cluster'), error)];
  }
}
