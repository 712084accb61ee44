import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGrafana, type Simulator } from '../support/grafana/index.ts';
import { startS3Server, type S3Server } from '../support/s3/server.ts';
import { shellBlocks } from './commands.ts';

const root = resolve(import.meta.dirname, '../..');

interface Ran {
  code: number | null;
  text: string;
}

let directory: string;
let grafana: Simulator;
let s3: S3Server;

/** Runs a shell script as the reader of the guide would, in a directory with nothing but the one file and a password. */
function shell(script: string, environment: Record<string, string>): Promise<Ran> {
  return new Promise((done) => {
    const child = spawn('bash', ['-e', '-u', '-o', 'pipefail', '-c', script], {
      cwd: directory,
      env: { PATH: process.env['PATH'], HOME: directory, ...environment },
    });
    let text = '';
    child.stdout.on('data', (part: Buffer) => (text += part.toString()));
    child.stderr.on('data', (part: Buffer) => (text += part.toString()));
    child.on('close', (code) => done({ code, text }));
  });
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dashkeep-burned-'));
  grafana = await startGrafana({ profile: '13.2', searchDelayMs: 0 });
  grafana.demoSeed();
  s3 = await startS3Server({ buckets: ['my-bucket'] });
  const built = spawn(process.execPath, ['scripts/build-service.mjs', join(directory, 'dashkeep.mjs')], { cwd: root });
  expect(await new Promise((done) => built.on('close', done))).toBe(0);
  await writeFile(join(directory, 'admin-password'), 'admin\n');
});

afterAll(async () => {
  await grafana.close();
  await s3.close();
  await rm(directory, { recursive: true });
});

describe('the guide for a Grafana that burned', () => {
  it('brings everything back, followed word for word', { timeout: 120_000 }, async () => {
    const guide = await readFile(join(root, 'docs/disaster-recovery.md'), 'utf8');
    const [values = '', ...steps] = shellBlocks(guide);
    const own = values.replace('http://localhost:3000', grafana.url);
    expect(own).not.toBe(values);

    const before = await shell(`${own}\ndashkeep backup`, s3.environment);
    expect(before.text).toContain('complete');
    expect(before.code).toBe(0);
    const titles = [...grafana.state.org(1).dashboards.values()].map(({ title }) => title).sort();
    expect(titles.length).toBeGreaterThan(5);
    const rules = grafana.state.org(1).alerting.rules.size;

    const { name } = grafana.state.org(1);
    grafana.burn();
    expect(grafana.state.org(1).dashboards.size).toBe(0);
    grafana.state.org(1).name = name;

    const followed = await shell([own, ...steps].join('\n'), s3.environment);
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
