import type { Doctor, DoctorCheck } from '../../contract/api/status.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { assertAnotherGrafana } from '../../operations/another-grafana.ts';
import { withInstance } from '../../operations/grafana.ts';
import { checked, failedCheck } from '../../service/doctor/check.ts';
import { checkRights } from '../../service/doctor/rights.ts';
import { prefixOf } from '../config/connection.ts';
import type { CliContext } from '../context.ts';
import { withSessions, type Sessions } from './sessions.ts';
import type { RestoreCommandFlags } from './command.ts';

/** Checks a connection: whether it answers, its version, the permissions, and that it is another Grafana. */
export async function checkConnection(
  context: CliContext,
  flags: RestoreCommandFlags & { to: string },
): Promise<Doctor> {
  let checks: DoctorCheck[];
  try {
    checks = await withSessions(context, flags, (sessions) => checksOf(context, sessions, prefixOf(flags.to)));
  } catch (error) {
    context.signal.throwIfAborted();
    checks = [failedCheck(reason('check-of-grafana'), error)];
  }
  return { ok: checks.every(({ status }) => status !== 'failed'), checks };
}

async function checksOf(
  context: CliContext,
  { source, session }: Sessions,
  connection: string,
): Promise<DoctorCheck[]> {
  const { signal } = context;
  const manifest = await source.repository.manifest('latest', { signal });
  return withInstance(session.grafana(), signal, async (instance) => {
    const { version } = instance.capabilities;
    const { orgs, scope, url } = instance;
    const found = reason('grafana-found', { version, url });
    const other = manifest.grafana.version;
    return [
      version === other
        ? checked(reason('check-of-grafana'), 'ok', [found])
        : checked(reason('check-of-grafana'), 'warning', [found, reason('other-version', { version: other })]),
      await checkAnother(source, manifest, instance, signal),
      await checkRights(instance, context, { orgs, scope, excludeKinds: [], connection }),
    ];
  });
}

async function checkAnother(
  source: Sessions['source'],
  manifest: Manifest,
  instance: Parameters<typeof assertAnotherGrafana>[2],
  signal: AbortSignal,
): Promise<DoctorCheck> {
  try {
    await assertAnotherGrafana(source, manifest, instance, signal);
    return checked(reason('check-of-connection'), 'ok', [reason('another-grafana')]);
  } catch (error) {
    signal.throwIfAborted();
    return failedCheck(reason('check-of-connection'), error);
  }
}
