import type { ReasonCode } from '../../../pkg/contract/reasons/catalogue.ts';
import type { ReasonData } from '../../../pkg/contract/reasons/reason.ts';

/** Where the documentation is. */
export const GUIDES = 'https://github.com/dashkeep/dashkeep/blob/main/docs';

/** The heading of docs/settings.md with what an advice says to set in the deployment; '' where several have it. */
export const SETTINGS_HEADINGS = {
  'confirm-orgs': '',
  'include-orgs': '',
  'include-server-kinds': '',
  'include-in-connection': 'connections',
  'name-connection-org': 'connections',
  'set-deployment-target': 'target',
  'set-target-in-deployment': 'target',
  'set-copy-target': 'copy',
  'correct-second-target': 'copy',
  'copy-recipients': 'encryption',
  'correct-passphrase': 'encryption',
  'check-grafana-address': 'grafana',
} as const satisfies Partial<Record<ReasonCode, string>>;

/** Where the settings of the deployment are listed that advice is about; undefined where it is about none. */
export function settingsGuide(advice: readonly ReasonData[]): string | undefined {
  const headings = advice.flatMap(({ code }) => (isOfSettings(code) ? SETTINGS_HEADINGS[code] : []));
  const [heading] = headings;
  return heading === undefined
    ? undefined
    : `${GUIDES}/settings.md${heading === '' || new Set(headings).size > 1 ? '' : `#${heading}`}`;
}

function isOfSettings(code: string): code is keyof typeof SETTINGS_HEADINGS {
  return Object.hasOwn(SETTINGS_HEADINGS, code);
}
