import type { DoctorCheck } from '../../contract/api/status.ts';
import { SERVER_KINDS, type KindName } from '../../contract/kinds.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { reason, sentenceOf } from '../../contract/reasons/catalogue.ts';
import type { Instance } from '../../grafana/instance.ts';
import type { KindContext } from '../../grafana/kinds/kind.ts';
import { assertAnotherGrafana, type Connection } from '../../operations/connection.ts';
import { withInstance, type GrafanaLink } from '../../operations/grafana.ts';
import type { Session } from '../../operations/session.ts';
import type { ServiceParts } from '../parts.ts';
import { checked, failedCheck } from './check.ts';
import { checkRights } from './rights.ts';

type Parts = Pick<
  ServiceParts,
  'repositoryCache' | 'connections' | 'config' | 'access' | 'clock' | 'randomness' | 'log'
>;

const WORST = ['failed', 'warning', 'skipped'] as const;

/** Combines all checks of a connection into one, with its name. */
export async function connectionCheck(
  { repositoryCache, connections, config, access, clock, randomness, log }: Parts,
  connection: Connection,
  signal: AbortSignal,
): Promise<DoctorCheck> {
  const subject = reason('check-of-named-connection', { name: connection.name });
  const grafana = (): GrafanaLink => ({ ...config.grafana, ...access, clock, randomness, log });
  try {
    // The checks of the target say why there is none.
    const manifest = await repositoryCache.manifest('latest', signal).catch(() => undefined);
    const checks = await withInstance(connections.linkOf(connection), signal, (instance) =>
      connectionChecks({ grafana }, manifest, instance, connection, { clock, log, signal }, [...SERVER_KINDS]),
    );
    const texts = (pick: (one: DoctorCheck) => string): string[] => checks.map(pick).filter((text) => text !== '');
    return {
      name: sentenceOf(subject),
      subject,
      status: WORST.find((one) => checks.some(({ status }) => status === one)) ?? 'ok',
      detail: texts(({ detail }) => detail).join('; '),
      findings: checks.flatMap(({ findings }) => findings),
      hint: texts(({ hint }) => hint).join(' '),
      hints: checks.flatMap(({ hints }) => hints),
    };
  } catch (error) {
    return failedCheck(subject, error);
  }
}

type Source = Pick<Session, 'grafana'>;

/**
 * Checks the Grafana of a connection: its version, that it is another one, and the permissions.
 * @param manifest - the latest snapshot; undefined where there is none yet
 * @param excludeKinds - kinds that are not sent
 */
export async function connectionChecks(
  source: Source,
  manifest: Manifest | undefined,
  instance: Instance,
  { prefix: connection }: Pick<Connection, 'prefix'>,
  run: Pick<KindContext, 'clock' | 'log' | 'signal'>,
  excludeKinds: readonly KindName[] = [],
): Promise<DoctorCheck[]> {
  const { version } = instance.capabilities;
  const { orgs, url } = instance;
  // A migration concerns no organizations that the credentials do not show.
  const scope = instance.scope.others === undefined ? { ...instance.scope, orgs: 'chosen' as const } : instance.scope;
  const found = reason('grafana-found', { version, url });
  const other = manifest?.grafana.version ?? version;
  return [
    version === other
      ? checked(reason('check-of-grafana'), 'ok', [found])
      : checked(reason('check-of-grafana'), 'warning', [found, reason('other-version', { version: other })]),
    ...(manifest === undefined ? [] : [await checkAnother(source, manifest, instance, run.signal)]),
    await checkRights(instance, run, { orgs, scope, excludeKinds, connection }),
  ];
}

async function checkAnother(
  source: Source,
  manifest: Manifest,
  instance: Instance,
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
