import type { DoctorCheck } from '../../contract/api/status.ts';
import type { ServiceConfig } from '../config.ts';

/** What the doctor says of tokens of the API: one that the deployment gives is never replaced. */
export function givenTokenChecks({ apiToken, apiOrgTokens }: ServiceConfig): DoctorCheck[] {
  const given = [
    ...(apiToken === undefined ? [] : ['DASHKEEP_API_TOKEN']),
    ...[...apiOrgTokens.keys()].map((org) => `DASHKEEP_API_TOKEN_ORG_${org}`),
  ];
  return given.map((name) => ({
    name: `API token: ${name}`,
    status: 'warning',
    detail: 'set by the deployment and never replaced: anyone who has seen it can use it until you change it',
    hint: `Change it regularly. Or remove ${name}: the service then makes tokens, and replaces them if it can configure the app.`,
  }));
}
