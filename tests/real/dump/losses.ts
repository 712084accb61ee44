import type { Loss } from './compare.ts';

/** What the product says that nothing can bring back (docs/kinds.md), once Grafana has lost it. */
export const LOSSES: readonly Loss[] = [
  { kind: 'data-source', field: /^secureJsonFields(\.|$)/, why: 'Grafana gives out no passwords of data sources' },
  { kind: 'service-account', field: /^tokens$/, why: 'Grafana gives out no tokens' },
];

/** Below Grafana 12 no request creates a playlist under a given uid. */
export const LOSSES_BELOW_12: readonly Loss[] = [
  ...LOSSES,
  { kind: 'playlist', field: /^uid$/, why: 'Grafana makes up a new uid' },
];
