import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, shellBlocks } from './pages.ts';
import { startReader, type Reader } from './reader.ts';

let reader: Reader;

beforeAll(async () => {
  reader = await startReader();
});

afterAll(() => reader.leave());

describe('the guide for a Grafana that burned', () => {
  it('brings everything back, followed word for word', { timeout: 120_000 }, async () => {
    const { grafana } = reader;
    const guide = await readFile(join(ROOT, 'docs/disaster-recovery.md'), 'utf8');
    const [values = '', ...steps] = shellBlocks(guide);
    const own = values.replace('http://localhost:3000', grafana.url);
    expect(own).not.toBe(values);

    const before = await reader.shell(`${own}\ndashkeep backup`, reader.s3.environment);
    expect(before.text).toContain('complete');
    expect(before.code).toBe(0);
    const titles = [...grafana.state.org(1).dashboards.values()].map(({ title }) => title).sort();
    expect(titles.length).toBeGreaterThan(5);
    const rules = grafana.state.org(1).alerting.rules.size;

    const { name } = grafana.state.org(1);
    grafana.burn();
    expect(grafana.state.org(1).dashboards.size).toBe(0);
    grafana.state.org(1).name = name;

    const followed = await reader.shell([own, ...steps].join('\n'), reader.s3.environment);
    expect(followed.code, followed.text).toBe(0);
    const differences = [...followed.text.matchAll(/^(?:added|changed|removed) +([\w-]+) +(\S+)/gm)].map(
      ([, kind, uid]) => `${kind}/${uid}`,
    );
    // Their passwords are what Grafana does not give out; a published snapshot gets a new key to delete it with.
    expect(differences.sort()).toEqual([
      'contact-point/business',
      'contact-point/on-call',
      'contact-point/platform',
      'dashboard-snapshot/black-friday-2025',
      'data-source/loki',
      'data-source/warehouse',
    ]);
    expect([...grafana.state.org(1).dashboards.values()].map(({ title }) => title).sort()).toEqual(titles);
    expect(grafana.state.org(1).alerting.rules.size).toBe(rules);
  });
});
