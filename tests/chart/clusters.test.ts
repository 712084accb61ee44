import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { mapConcurrently } from '../../pkg/lib/concurrency/each-at-once.ts';
import { depth } from '../support/budget.ts';
import { CHART, EXAMPLES, template, the, type Values } from '../support/helm/helm.ts';
import { expectAcceptable } from './charts.ts';

const FOLDER = join(EXAMPLES, 'clusters');
const COMMON = join(FOLDER, 'common.yaml');
const files = (await readdir(join(FOLDER, 'values'))).map((file) => join(FOLDER, 'values', file));

/** Clusters that have a file in the example, and further ones up to a hundred. */
const many = depth() === 'all' ? 100 : files.length;
const clusters: Values[] = Array.from(
  { length: many },
  (_, at) => files[at] ?? { target: `s3://grafana-backups/cluster-${at}` },
);

describe('many clusters', () => {
  it('have one valid file each, with separate targets', async () => {
    const rendered = await mapConcurrently(2, clusters, (values) => template(CHART, { values: [COMMON, values] }));
    const targets = rendered.map((objects) => the(objects, 'ConfigMap', 'dashkeep')['data'].DASHKEEP_TARGET as string);
    expect(new Set(targets).size).toBe(many);
    for (const objects of rendered) {
      await expectAcceptable(objects);
      expect(the(objects, 'PrometheusRule').metadata.name).toBe('dashkeep');
    }
  }, 300_000);

  it('are shown by the one whose file names all of them', async () => {
    const objects = await template(CHART, { values: [COMMON, join(FOLDER, 'values/office.yaml')] });
    expect(the(objects, 'ConfigMap', 'dashkeep')['data']).toMatchObject({
      DASHKEEP_FLEET_TARGETS: 's3://grafana-backups/*',
      DASHKEEP_FLEET_TRUSTED_KEYS: '8b7cf71134decdadf48da705187ad380,cd228f4d1051f90551a84541d08bfa7d',
    });
  });

  it('have an ApplicationSet that reads these files', async () => {
    const { spec } = parse(await readFile(join(FOLDER, 'applicationset.yaml'), 'utf8'));
    expect(spec.generators[0].git.files).toEqual([{ path: 'clusters/values/*.yaml' }]);
    expect(spec.template.spec.sources[0].helm.valueFiles).toEqual([
      '$values/clusters/common.yaml',
      '$values/clusters/values/{{ .path.filename }}',
    ]);
  });
});
