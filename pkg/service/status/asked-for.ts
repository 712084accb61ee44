import { compact } from '../../contract/compact.ts';
import type { Instance } from '../../grafana/instance.ts';
import type { AskedFor } from '../doctor/rights.ts';
import type { TokenKeeper } from '../bootstrap/tokens/keeper.ts';
import type { ServiceConfig } from '../config.ts';
import type { SettingsStore } from '../settings/store.ts';

/**
 * What backups are asked for, with the organizations as far as they are known.
 * @param others - organizations that exist and that backups leave out
 */
export function askedFor(
  { keeper, config, settings }: { keeper: TokenKeeper | undefined; config: ServiceConfig; settings: SettingsStore },
  others: { id: number; name: string }[],
  { orgs, scope }: Pick<Instance, 'orgs' | 'scope'>,
): AskedFor {
  const { excludeKinds, orgs: wanted } = settings.view().values.scope;
  const chosen: NonNullable<AskedFor['scope']>['orgs'] =
    config.orgIds !== undefined ? 'chosen' : wanted === 'all' ? 'all' : 'own';
  if (keeper === undefined || keeper.existing.size === 0) {
    const own = orgs.map(({ id }) => id);
    const given = [...config.grafana.orgTokens.keys()];
    const ids = new Set(config.orgIds ?? [...own, ...(chosen === 'all' ? given : [])]);
    const alsoKnown = [...new Set([...own, ...given])].filter((id) => !ids.has(id));
    const named = [...ids].map((id) => ({ id, name: orgs.find((org) => org.id === id)?.name ?? '' }));
    return { excludeKinds, orgs: named, scope: { ...scope, orgs: chosen, alsoKnown } };
  }
  const covered = [...keeper.existing].filter(([id]) => !others.some((org) => org.id === id));
  return {
    excludeKinds,
    orgs: covered.map(([id, name]) => ({ id, name })),
    scope: compact({
      ...scope,
      orgs: chosen,
      others: keeper.isExistingStale ? undefined : others,
      alsoKnown: undefined,
    }),
  };
}
