import type { DoctorCheck } from '../../contract/api/status.ts';
import type { Clock } from '../../contract/ports.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { ServiceConfig } from '../config.ts';
import { certificateEnd } from '../http/certificate.ts';
import { checked, failedCheck } from './check.ts';

const IMAGE = reason('check-of-image');
const NETWORK_POLICY = reason('check-of-network-policy');
const TLS = reason('check-of-tls');
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
            ? checked(IMAGE, 'ok', [reason('image-pinned', { image })])
            : checked(IMAGE, 'warning', [reason('image-tagged', { image })], reason('set-image-digest')),
        ]),
    ...(networkPolicy === undefined
      ? []
      : [
          networkPolicy
            ? checked(NETWORK_POLICY, 'ok', [reason('network-policy')])
            : checked(NETWORK_POLICY, 'warning', [reason('network-policy-missing')], reason('set-network-policy')),
        ]),
  ];
}

async function tlsChecks({ listen, tls }: ServiceConfig, clock: Clock): Promise<DoctorCheck[]> {
  if (tls === undefined) {
    return isLoopback(listen.host)
      ? []
      : [checked(TLS, 'warning', [reason('tls-missing', { host: listen.host })], reason('set-tls'))];
  }
  try {
    const end = await certificateEnd(tls);
    const left = end.getTime() - clock.now().getTime();
    const found = reason(left > 0 ? 'certificate-expires' : 'certificate-expired', { end: end.toISOString() });
    return left > SOON_MS
      ? [checked(TLS, 'ok', [found])]
      : [checked(TLS, left <= 0 ? 'failed' : 'warning', [found], reason('renew-certificate'))];
  } catch (error) {
    return [failedCheck(TLS, error)];
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** What the doctor says of tokens of the API: one that the deployment gives is never replaced. */
export function givenTokenChecks({ apiToken, apiOrgTokens }: ServiceConfig): DoctorCheck[] {
  const given = [
    ...(apiToken === undefined ? [] : ['DASHKEEP_API_TOKEN']),
    ...[...apiOrgTokens.keys()].map((org) => `DASHKEEP_API_TOKEN_ORG_${org}`),
  ];
  return given.map((name) =>
    checked(
      reason('check-of-api-token', { name }),
      'warning',
      [reason('api-token-given')],
      reason('change-api-token', { name }),
    ),
  );
}
