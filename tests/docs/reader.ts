import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { program } from '../support/program.ts';
import { startS3Server, type S3Server } from '../support/s3/server.ts';

export interface Ran {
  code: number | null;
  /** Standard output and standard error, as they came. */
  text: string;
}

/** Somebody with a Grafana, a bucket, a password file and the program as `dashkeep`, and nothing else. */
export interface Reader {
  directory: string;
  grafana: Simulator;
  s3: S3Server;
  /** The settings of the program: this Grafana by a token, and a target in this bucket. */
  environment: Record<string, string>;
  /** Runs shell commands in the reader's directory; stops at the first that fails. */
  shell(script: string, environment?: Record<string, string>): Promise<Ran>;
  leave(): Promise<void>;
}

export async function startReader(): Promise<Reader> {
  const directory = await mkdtemp(join(tmpdir(), 'dashkeep-reader-'));
  const grafana = await startGrafana({ profile: '13.2' });
  grafana.demoSeed();
  const s3 = await startS3Server({ buckets: ['my-bucket', { name: 'locked', objectLock: true }] });
  await mkdir(join(directory, 'bin'));
  await copyFile(await program(), join(directory, 'bin/dashkeep.mjs'));
  await symlink('dashkeep.mjs', join(directory, 'bin/dashkeep'));
  await writeFile(join(directory, 'admin-password'), 'admin\n');
  return {
    directory,
    grafana,
    s3,
    environment: {
      ...s3.environment,
      GRAFANA_URL: grafana.url,
      GRAFANA_API_TOKEN: grafana.token({ role: 'Admin' }),
      DASHKEEP_TARGET: 's3://my-bucket/grafana',
    },
    shell: (script, environment = {}) => shell(directory, script, environment),
    async leave() {
      await grafana.close();
      await s3.close();
      await rm(directory, { recursive: true });
    },
  };
}

function shell(directory: string, script: string, environment: Record<string, string>): Promise<Ran> {
  return new Promise((done) => {
    const child = spawn('bash', ['-e', '-u', '-o', 'pipefail', '-c', script], {
      cwd: directory,
      env: { PATH: `${join(directory, 'bin')}:${process.env['PATH']}`, HOME: directory, ...environment },
    });
    let text = '';
    child.stdout.on('data', (part: Buffer) => (text += part.toString()));
    child.stderr.on('data', (part: Buffer) => (text += part.toString()));
    child.on('close', (code) => done({ code, text }));
  });
}
