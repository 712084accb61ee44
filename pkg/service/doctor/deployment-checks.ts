import type { DoctorCheck } from '../../contract/api/status.ts';
import { asDashkeepError } from '../../contract/errors.ts';
import type { Clock } from '../../contract/ports.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { checkText, failedCheckText } from '../../contract/reasons/check-result.ts';
import type { Reason } from '../../contract/reasons/reason.ts';
import type { ServiceConfig } from '../config.ts';
import { certificateEnd } from '../http/certificate.ts';

const PREFIX = 'deployment: ';
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
            ? check('ok', 'image', reason('image-pinned', { image }))
            : check('warning', 'image', reason('image-tagged', { image }), reason('set-image-digest')),
        ]),
    ...(networkPolicy === undefined
      ? []
      : [
          networkPolicy
            ? check('ok', 'network policy', reason('network-policy'))
            : check('warning', 'network policy', reason('network-policy-missing'), reason('set-network-policy')),
        ]),
  ];
}

async function tlsChecks({ listen, tls }: ServiceConfig, clock: Clock): Promise<DoctorCheck[]> {
  if (tls === undefined) {
    return isLoopback(listen.host)
      ? []
      : [check('warning', 'TLS', reason('tls-missing', { host: listen.host }), reason('set-tls'))];
  }
  try {
    const end = await certificateEnd(tls);
    const left = end.getTime() - clock.now().getTime();
    const found = reason(left > 0 ? 'certificate-expires' : 'certificate-expired', { end: end.toISOString() });
    return left > SOON_MS
      ? [check('ok', 'TLS', found)]
      : [check(left <= 0 ? 'failed' : 'warning', 'TLS', found, reason('renew-certificate'))];
  } catch (error) {
    return [{ name: `${PREFIX}TLS`, status: 'failed', ...failedCheckText(asDashkeepError(error)) }];
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function check(status: DoctorCheck['status'], name: string, found: Reason, ...hints: Reason[]): DoctorCheck {
  return { name: `${PREFIX}${name}`, status, ...checkText([found], hints) };
}
