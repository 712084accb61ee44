import type { ReasonCode } from '../../../pkg/contract/reasons/catalogue.ts';
import type { ReasonData } from '../../../pkg/contract/reasons/reason.ts';

/** Where the documentation is. */
export const GUIDES = 'https://github.com/dashkeep/dashkeep/blob/main/docs';

/** The page of docs, and its heading, with what an advice says to set in the deployment. */
export const DEPLOYMENT_GUIDES = {
  'confirm-orgs': 'organizations.md',
  'include-orgs': 'organizations.md',
  'include-given-orgs': 'organizations.md',
  'include-server-kinds': 'settings.md',
  'include-in-connection': 'settings.md#connections',
  'name-connection-org': 'settings.md#connections',
  'set-deployment-target': 'settings.md#target',
  'set-target-in-deployment': 'settings.md#target',
  'set-copy-target': 'settings.md#copy',
  'correct-second-target': 'settings.md#copy',
  'copy-recipients': 'settings.md#encryption',
  'correct-passphrase': 'settings.md#encryption',
  'check-grafana-address': 'settings.md#grafana',
} as const satisfies Partial<Record<ReasonCode, string>>;

/** Where the docs say how to set what advice is about in the deployment; undefined where it is about nothing there. */
export function settingsGuide(advice: readonly ReasonData[]): string | undefined {
  const guides = new Set(advice.flatMap(({ code }) => (isOfDeployment(code) ? DEPLOYMENT_GUIDES[code] : [])));
  const [guide] = guides;
  return guide === undefined ? undefined : `${GUIDES}/${guides.size > 1 ? 'settings.md' : guide}`;
}

function isOfDeployment(code: string): code is keyof typeof DEPLOYMENT_GUIDES {
  return Object.hasOwn(DEPLOYMENT_GUIDES, code);
}
