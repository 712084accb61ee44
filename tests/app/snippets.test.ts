import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { COMPOSE, HELM } from '../../src/config/snippets.ts';
import { CONFIGURATION, isConfiguration, routes } from '../../src/lib/routes.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): unknown => parse(readFileSync(resolve(root, path), 'utf8'));

interface Compose {
  services: { dashkeep: { image?: string; build?: string; environment: Record<string, string>; volumes: string[] } };
  volumes: object;
}

describe('what the configuration page shows to be copied', () => {
  it('sets nothing that the chart does not know', () => {
    const values = read('charts/dashkeep/values.yaml');
    for (const [, path = ''] of HELM.matchAll(/--set ([\w.]+)=/g)) {
      const known = path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)?.[name], values);
      expect(known, path).toBeDefined();
    }
  });

  it('is a Compose file with the settings of the one that is run', () => {
    const shown = parse(COMPOSE) as Compose;
    const whole = read('docker-compose.yaml') as Compose;
    const { environment, image, build, volumes } = shown.services.dashkeep;
    expect(Object.keys(whole.services.dashkeep.environment)).toEqual(expect.arrayContaining(Object.keys(environment)));
    for (const name of ['DASHKEEP_LISTEN', 'DASHKEEP_URL', 'DASHKEEP_STATE_DIR', 'GRAFANA_URL']) {
      expect(environment[name], name).toBe(whole.services.dashkeep.environment[name]);
    }
    expect(image ?? build).toMatch(/^ghcr\.io\/dashkeep\/dashkeep:\d|^https:\/\/github\.com\/dashkeep\/dashkeep\.git$/);
    expect(Object.keys(shown.volumes)).toEqual(volumes.map((volume) => volume.split(':')[0]));
  });
});

describe('the way to the configuration', () => {
  it('is offered elsewhere, but not on that page itself', () => {
    const [path = ''] = CONFIGURATION.split('?');
    expect([path, `${path}/`, `/grafana${path}`].map(isConfiguration)).toEqual([true, true, true]);
    expect([routes.overview(), routes.settings(), '/plugins/another-app'].map(isConfiguration)).toEqual([
      false,
      false,
      false,
    ]);
  });
});
