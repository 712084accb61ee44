import type { DoctorCheck } from '../../contract/api/status.ts';
import { asDashkeepError } from '../../contract/errors.ts';
import type { Clock } from '../../contract/ports.ts';
import type { ServiceConfig } from '../config.ts';
import { certificateEnd } from '../http/certificate.ts';

const SOON_MS = 30 * 86_400_000;

/** How the service is deployed, as far as it can know: its image, who reaches it, and whether that is encrypted. */
export async function deploymentChecks(config: ServiceConfig, clock: Clock): Promise<DoctorCheck[]> {
  const { image, networkPolicy } = config.deployment;
  return [
    ...(await tlsChecks(config, clock)),
    ...(image === undefined
      ? []
      : [
          image.includes('@sha256:')
            ? check('ok', 'image', `${image}, which is always the same`)
            : check(
                'warning',
                'image',
                `${image} is identified by a tag, which can move to another image`,
                'Set image.digest, see docs/install/images.md.',
              ),
        ]),
    ...(networkPolicy === undefined
      ? []
      : [
          networkPolicy
            ? check('ok', 'network policy', 'the chart created one')
            : check(
                'warning',
                'network policy',
                'there is none, so every pod in the cluster can connect to this one',
                'Set networkPolicy.enabled=true, or create your own.',
              ),
        ]),
  ];
}

async function tlsChecks({ listen, tls }: ServiceConfig, clock: Clock): Promise<DoctorCheck[]> {
  if (tls === undefined) {
    return isLoopback(listen.host)
      ? []
      : [
          check(
            'warning',
            'TLS',
            `the API listens at ${listen.host} without TLS: its token and its responses can be read on the network`,
            'Set tls.enabled=true in the chart, or DASHKEEP_TLS_CERT_FILE and DASHKEEP_TLS_KEY_FILE.',
          ),
        ];
  }
  try {
    const end = await certificateEnd(tls);
    const left = end.getTime() - clock.now().getTime();
    const detail = `the certificate ${left > 0 ? 'expires' : 'expired'} at ${end.toISOString()}`;
    const hint = left > SOON_MS ? '' : 'Renew it, see docs/install/deployment.md.';
    return [check(left <= 0 ? 'failed' : left > SOON_MS ? 'ok' : 'warning', 'TLS', detail, hint)];
  } catch (error) {
    const { message, hint } = asDashkeepError(error);
    return [check('failed', 'TLS', message, hint)];
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function check(status: DoctorCheck['status'], name: string, detail: string, hint = ''): DoctorCheck {
  return { name: `deployment: ${name}`, status, detail, hint };
}
