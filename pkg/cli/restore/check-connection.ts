import type { Doctor, DoctorCheck } from '../../contract/api/status.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { compareAllClocks } from '../../engine/clocks.ts';
import { withInstance } from '../../operations/grafana.ts';
import { checked, failedCheck } from '../../service/doctor/check.ts';
import { connectionChecks } from '../../service/doctor/connection.ts';
import { Configuration } from '../config/configuration.ts';
import { connectionOf } from '../config/connection.ts';
import type { CliContext } from '../context.ts';
import { withSessions } from './sessions.ts';
import type { RestoreCommandFlags } from './command.ts';

/** Checks a connection: whether it answers, its version, permissions, the clocks, and that it is another Grafana. */
export async function checkConnection(
  context: CliContext,
  flags: RestoreCommandFlags & { to: string },
): Promise<Doctor> {
  const { signal } = context;
  let checks: DoctorCheck[];
  try {
    const connection = connectionOf(new Configuration(context.environment, flags), flags.to);
    checks = await withSessions(context, flags, async ({ source, session }) => {
      const manifest = await source.repository.manifest('latest', { signal });
      return withInstance(session.grafana(), signal, async (instance) => [
        ...(await connectionChecks(source, manifest, instance, connection, context)),
        ...(await clockChecks({ ...context, instance, repository: session.repository })),
      ]);
    });
  } catch (error) {
    signal.throwIfAborted();
    checks = [failedCheck(reason('check-of-grafana'), error)];
  }
  return { ok: checks.every(({ status }) => status !== 'failed'), checks };
}

/** Nothing where the clocks agree. */
async function clockChecks(asked: Parameters<typeof compareAllClocks>[0]): Promise<DoctorCheck[]> {
  const subject = reason('check-of-clocks');
  try {
    const warning = await compareAllClocks(asked);
    return warning === undefined ? [] : [checked(subject, 'warning', [warning])];
  } catch (error) {
    asked.signal?.throwIfAborted();
    return [failedCheck(subject, error)];
  }
}
