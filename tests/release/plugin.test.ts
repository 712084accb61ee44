import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manifestOf, writePlugin } from '../../scripts/release/plugin.ts';
import { workflow } from '../support/workflows.ts';

const VERSION = '1.2.3';
const ZIP = `release/assets/dashkeep-backup-app-${VERSION}.zip`;
let directory = '';

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'dashkeep-signing-'));
  for (const folder of ['app/img', 'release/assets', 'release/staging', 'bin']) {
    mkdirSync(join(directory, folder), { recursive: true });
  }
  writeFileSync(join(directory, 'app/plugin.json'), JSON.stringify({ id: 'x', info: { version: VERSION } }));
  writeFileSync(join(directory, 'app/img/logo.svg'), '<svg/>');
  const [assets, staging] = [join(directory, 'release/assets'), join(directory, 'release/staging')];
  const release = { version: VERSION, time: 1_700_000_000, assets, staging, dryRun: true, digests: new Map() };
  await writePlugin(release, join(directory, 'app'));
  const manifest = JSON.stringify(await manifestOf(join(directory, 'app')));
  writeFileSync(join(directory, 'release/staging/plugin-manifest.json'), manifest);
});

afterEach(() => rmSync(directory, { recursive: true }));

/** Runs the workflow's step with a grafana.com that returns what it should sign, below a first line. */
function sign(token: string, firstLine: string): void {
  const { run = '' } = workflow('release.yml').jobs['publish']!.steps.find(({ name }) =>
    name?.startsWith('Sign the plugin'),
  )!;
  const curl = `#!/bin/sh
    read -r header
    [ "$header" = "Authorization: Bearer ${token}" ] || exit 22
    while [ $# -gt 1 ]; do
      case $1 in --json) sent=\${2#@} ;; --output) output=$2 ;; esac
      shift
    done
    { echo "${firstLine}"; cat "$sent"; } > "$output"
  `;
  writeFileSync(join(directory, 'bin/curl'), curl);
  chmodSync(join(directory, 'bin/curl'), 0o755);
  const env = { PATH: `${directory}/bin:${process.env['PATH']}`, TOKEN: token, GITHUB_REF_NAME: `v${VERSION}` };
  execFileSync('bash', ['-eo', 'pipefail', '-c', run], { cwd: directory, env, stdio: 'pipe' });
}

function inZip(file: string): string {
  return execFileSync('unzip', ['-p', join(directory, ZIP), `dashkeep-backup-app/${file}`], { encoding: 'utf8' });
}

describe('the app plugin of a release', () => {
  it('carries the signature of every file in it, and is listed with its new checksum', () => {
    sign('glc_x', '-----BEGIN PGP SIGNED MESSAGE-----');
    const signed = JSON.parse(inZip('MANIFEST.txt').split('\n')[1]!) as { version: string; files: object };
    expect(signed.version).toBe(VERSION);
    expect(Object.keys(signed.files)).toEqual(['img/logo.svg', 'plugin.json']);
    for (const [file, hash] of Object.entries(signed.files)) {
      const [sum] = execFileSync('sha256sum', [join(directory, 'app', file)], { encoding: 'utf8' }).split(' ');
      expect(hash).toBe(sum);
    }
    execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: join(directory, 'release/assets') });
    expect(readFileSync(join(directory, 'release/assets/SHA256SUMS'), 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('is not published with anything but a signature', () => {
    expect(() => sign('glc_x', 'Sorry')).toThrow('Command failed');
  });

  it('stays as it was built without a token', () => {
    const before = readFileSync(join(directory, ZIP));
    sign('', '');
    expect(readFileSync(join(directory, ZIP)).equals(before)).toBe(true);
  });
});
