import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chart } from '../../scripts/release/chart.ts';
import type { Release } from '../../scripts/release/release.ts';
import { template } from '../support/helm/helm.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const SERVICE = `sha256:${'a'.repeat(64)}`;
const PLUGIN = `sha256:${'b'.repeat(64)}`;
let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dashkeep-chart-'));
  mkdirSync(join(directory, 'assets'));
  mkdirSync(join(directory, 'staging'));
});

afterEach(() => rmSync(directory, { recursive: true }));

function release(digests: Record<string, string>): Release {
  const [assets, staging] = [join(directory, 'assets'), join(directory, 'staging')];
  return { version, time: 1_700_000_000, assets, staging, dryRun: false, digests: new Map(Object.entries(digests)) };
}

describe('the chart of a release', () => {
  it("runs exactly the release's images", async () => {
    await chart(release({ dashkeep: SERVICE, 'dashkeep-plugin': PLUGIN }));
    execFileSync('tar', ['-xzf', join(directory, `assets/dashkeep-${version}.tgz`), '-C', directory]);
    const objects = JSON.stringify(await template(join(directory, 'dashkeep')));
    const used = [...objects.matchAll(/ghcr\.io\/dashkeep\/dashkeep[\w@:.-]*/g)].map(([image]) => image);
    expect([...new Set(used)]).toEqual([`ghcr.io/dashkeep/dashkeep@${SERVICE}`]);
    expect(readFileSync(join(directory, 'dashkeep/templates/_names.tpl'), 'utf8')).toContain(
      `dashkeep/dashkeep-plugin: ${PLUGIN}\n`,
    );
  });

  it.each<[string, Record<string, string>]>([
    ['both', {}],
    ['one', { dashkeep: SERVICE }],
    ['a whole one', { dashkeep: SERVICE, 'dashkeep-plugin': 'sha256:1234' }],
  ])('is not made without %s of their digests', async (_, digests) => {
    await expect(chart(release(digests))).rejects.toThrow(/needs the digest of dashkeep/);
  });
});
