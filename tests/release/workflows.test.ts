import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NODE_VERSION } from '../../scripts/binary/node.ts';
import { CHART, template } from '../support/helm/helm.ts';
import { namesOf, workflow as parsed, WORKFLOWS as folder } from '../support/workflows.ts';
import { ROOT } from '../chart/rootfs.ts';

describe.each(await readdir(folder))('%s', async (file) => {
  const text = await readFile(join(folder, file), 'utf8');
  const workflow = parsed(file);
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  it('pins every action by commit and says which version that is', () => {
    for (const line of text.split('\n').filter((one) => /\buses:/.test(one))) {
      expect(line).toMatch(/uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  it('may only read unless a job says otherwise', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });

  it('calls scripts that the project has, and waits for jobs that are there', async () => {
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    const called = steps.flatMap(({ run = '' }) => [...run.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name));
    expect(called.length).toBeGreaterThan(0);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(called));
    for (const { needs } of Object.values(workflow.jobs)) {
      expect(Object.keys(workflow.jobs)).toEqual(expect.arrayContaining(namesOf(needs)));
    }
  });

  it('puts nothing that a stranger can choose into a shell', () => {
    for (const { run = '' } of steps) {
      expect(run).not.toMatch(/\$\{\{ *github\.(event|head_ref|ref_name)/);
    }
  });
});

describe('a release', () => {
  it('is made by the Node that the executables carry', async () => {
    const text = await readFile(join(folder, 'release.yml'), 'utf8');
    const versions = [...text.matchAll(/node-version: '([^']+)'/g)].map(([, version]) => version);
    expect([...new Set(versions)]).toEqual([NODE_VERSION]);
  });
});

describe('the trial on kind', () => {
  it('installs with values that the chart takes', async () => {
    expect((await template(CHART, { values: [join(ROOT, '.github/kind-values.yaml')] })).length).toBeGreaterThan(5);
  });
});
