import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { depth } from '../../support/budget.ts';
import { ROOT, shellBlocks } from '../pages.ts';
import { startReader, type Reader } from '../reader.ts';

let reader: Reader;

// It starts the program many times.
describe.runIf(depth() === 'all')('the guide for a Grafana that burned', () => {
  beforeAll(async () => {
    reader = await startReader();
    // A minute in a real Grafana.
    reader.grafana.tuning.alertingWarmUpMs = 2_000;
  });

  afterAll(() => reader.leave());

  it('brings everything back, followed word for word', async () => {
    const { grafana } = reader;
    const guide = await readFile(join(ROOT, 'docs/disaster-recovery.md'), 'utf8');
    const [commands = '', ...steps] = shellBlocks(guide);
    const [values = '', ...restores] = commands.trim().split('\n');
    expect(restores).toHaveLength(2);
    const own = values.replace('http://localhost:3000', grafana.url);
    expect(own).not.toBe(values);

    const { body } = await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
    const second = { 'x-grafana-org-id': String(body.orgId) };
    await call(grafana, 'admin:admin', 'POST /api/folders', { uid: 'theirs', title: 'Theirs' }, second);
    await pause(grafana.tuning.alertingWarmUpMs);
    const before = await reader.shell(`${own}\ndashkeep backup`, reader.s3.environment);
    expect(before.text).toContain('complete');
    expect(before.code).toBe(0);
    const titles = [...grafana.state.org(1).dashboards.values()].map(({ title }) => title).sort();
    expect(titles.length).toBeGreaterThan(5);
    const rules = grafana.state.org(1).alerting.rules.size;

    const { name } = grafana.state.org(1);
    const people = grafana.state.users.size;
    const keys = await reader.shell(`${own}\ndashkeep keys --json`, reader.s3.environment);
    const fingerprint = /"own":"([0-9a-f]{32})"/.exec(keys.text)?.[1] ?? 'none';
    grafana.burn();
    expect(grafana.state.org(1).dashboards.size).toBe(0);

    // A machine that has never seen the repository.
    const elsewhere = { ...reader.s3.environment, DASHKEEP_STATE_DIR: join(reader.directory, 'another-state') };
    const noted = [own, ...restores, ...steps].join('\n').replaceAll('0123456789abcdef0123456789abcdef', fingerprint);
    const followed = await reader.shell(noted, elsewhere);
    expect(followed.code, followed.text).toBe(0);
    expect([...grafana.state.orgs.values()].map((org) => org.name)).toEqual([name, 'Second']);
    expect(grafana.state.users.size).toBe(people);
    expect([...grafana.state.org(2).folders.keys()]).toEqual(['theirs']);
    expect(followed.text).toMatch(/is complete: \d+ resources.*\nit covers 2 of 2 organizations; (\d+) of \1 kinds/);
    const saved = await reader.shell(`${own}\ndashkeep show latest --json`, elsewhere);
    expect(saved.text).toMatch(/"org":2,"kind":"folder","uid":"theirs"/);
    const differences = [...followed.text.matchAll(/^(?:added|changed|removed) +\d+ +([\w-]+) +(\S+)/gm)].map(
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
