import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHART, template } from '../support/helm/helm.ts';
import { MODES, scenarios } from './charts.ts';
import { ROOT } from './rootfs.ts';

/** Names that the program's own source reads; the AWS SDK and Node read theirs. */
async function known(): Promise<Set<string>> {
  const names = new Set<string>();
  for (const file of await readdir(join(ROOT, 'pkg'), { recursive: true })) {
    if (file.endsWith('.ts') && !file.endsWith('.test.ts')) {
      const text = await readFile(join(ROOT, 'pkg', file), 'utf8');
      for (const [name] of text.matchAll(/\b(DASHKEEP|GRAFANA)_[A-Z0-9_]+\b/g)) {
        names.add(name);
      }
    }
  }
  return names;
}

const OTHERS = /^(AWS_|NODE_OPTIONS$|HTTPS?_PROXY$|DASHKEEP_CONNECTION_PRODUCTION_(URL|TOKEN_FILE|CA_FILE)$)/;

describe('every setting that is handed over is one that the program reads', () => {
  it('in the chart', async () => {
    const names = await known();
    for (const values of [...(await scenarios()), ...MODES.map((mode) => ({ mode, target: 's3://bucket' }))]) {
      const objects = await template(CHART, { values: [values] });
      const config = objects.filter(({ kind, data }) => kind === 'ConfigMap' && data?.['GRAFANA_URL'] !== undefined);
      expect(config.length).toBe(1);
      for (const name of Object.keys(config[0]?.['data'] ?? {})) {
        // Each secret can also be given as a file.
        const isKnown = names.has(name) || names.has(name.replace(/_FILE$/, ''));
        expect(OTHERS.test(name) || isKnown, name).toBe(true);
      }
    }
  });

  it('in docker-compose.yaml', async () => {
    const names = await known();
    const { services } = parse(await readFile(join(ROOT, 'docker-compose.yaml'), 'utf8'));
    for (const name of Object.keys(services.dashkeep.environment)) {
      expect(OTHERS.test(name) || names.has(name), name).toBe(true);
    }
  });
});
