import { describe, expect, it } from 'vitest';
import { serviceConfig } from '../../../pkg/cli/config/service.ts';
import { realClock } from '../../support/ports.ts';
import { givenTokensOf, createTokenKeeper, type KeeperParts } from '../../../pkg/service/token-sources.ts';

const NONE = { clock: realClock } as KeeperParts;
const config = (environment: Record<string, string>) =>
  serviceConfig({ GRAFANA_URL: 'http://grafana:3000', GRAFANA_API_TOKEN: 'glsa_given', ...environment }, {}, 'test');

describe('a service with GRAFANA_API_TOKEN', () => {
  it('makes no tokens, and so cannot update the app', () => {
    expect(createTokenKeeper(config({}), NONE)).toBeUndefined();
    expect(givenTokensOf(config({}), NONE)).toBeDefined();
  });

  it('makes them if it also has GRAFANA_ADMIN_USER', () => {
    const both = config({ GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'secret' });
    expect(createTokenKeeper(both, NONE)).toBeDefined();
    expect(givenTokensOf(both, NONE)).toBeUndefined();
  });
});
