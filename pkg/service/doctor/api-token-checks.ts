import type { DoctorCheck } from '../../contract/api/status.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { ServiceConfig } from '../config.ts';
import { checked } from './check.ts';

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
