import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { COMPOSE, HELM } from '../../src/config/snippets.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): unknown => parse(readFileSync(resolve(root, path), 'utf8'));

interface Compose {
  services: { dashkeep: { image: string; environment: Record<string, string>; volumes: string[] } };
  volumes: object;
}

describe('what the configuration page shows to be copied', () => {
  it('sets nothing that the chart does not know', () => {
    const values = read('charts/dashkeep/values.yaml');
    for (const [, path = ''] of HELM.matchAll(/--set ([\w.]+)=/g)) {
      const known = path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)?.[name], values);
      expect(known, path).toBeDefined();
    }
    const { image } = values as { image: { registry: string; repository: string } };
    expect(HELM).toContain(`oci://${image.registry}/${image.repository.split('/')[0]}/charts/dashkeep`);
  });

  it('is a Compose file with the settings of the one that is run', () => {
    const shown = parse(COMPOSE) as Compose;
    const whole = read('docker-compose.yaml') as Compose;
    const { environment, image, volumes } = shown.services.dashkeep;
    expect(Object.keys(whole.services.dashkeep.environment)).toEqual(expect.arrayContaining(Object.keys(environment)));
    for (const name of ['DASHKEEP_LISTEN', 'DASHKEEP_URL', 'DASHKEEP_STATE_DIR', 'GRAFANA_URL']) {
      expect(environment[name], name).toBe(whole.services.dashkeep.environment[name]);
    }
    expect(image).toBe('ghcr.io/dashkeep/dashkeep');
    expect(Object.keys(shown.volumes)).toEqual(volumes.map((volume) => volume.split(':')[0]));
  });
});
