import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { publish } from '../../scripts/binary/archive.ts';
import { HERE, nodeFor } from '../../scripts/binary/node.ts';
import { chart } from '../../scripts/release/chart.ts';
import { buildPlugin, writePlugin } from '../../scripts/release/plugin.ts';
import { bundle } from '../../scripts/release/programs.ts';
import { depth } from '../support/budget.ts';
import type { Release } from '../../scripts/release/release.ts';
import { sbom } from '../../scripts/release/sbom.ts';

const root = mkdtempSync(join(tmpdir(), 'dashkeep-release-'));
const HOME = resolve(import.meta.dirname, '../..');

/** Two releases of the same commit, in folders of different names. */
const releases = ['one', 'another-one'].map((name): Release => {
  const release = { version: '1.2.3', time: 1_700_000_000, dryRun: true, digests: new Map() };
  const [assets, staging] = [join(root, name, 'assets'), join(root, name, 'staging')];
  mkdirSync(assets, { recursive: true });
  mkdirSync(staging, { recursive: true });
  return { ...release, assets, staging };
});

const canBuild =
  depth() === 'all' &&
  (await nodeFor(HERE).then(
    () => true,
    () => false,
  ));

afterAll(() => rmSync(root, { recursive: true }));

/** What a step adds to both, by name. */
async function made(step: (release: Release) => Promise<unknown>): Promise<[string, Buffer][][]> {
  const all: [string, Buffer][][] = [];
  for (const release of releases) {
    const before = new Set(readdirSync(release.assets));
    await step(release);
    const names = readdirSync(release.assets).filter((name) => !before.has(name));
    all.push(names.map((name) => [name, readFileSync(join(release.assets, name))]));
  }
  return all;
}

describe.skipIf(depth() === 'quick')('a release made twice', () => {
  it.each<[string, (release: Release) => Promise<unknown>, string]>([
    ['the bundle', bundle, 'dashkeep-1.2.3.mjs'],
    ['the SBOM', sbom, 'dashkeep-1.2.3.cdx.json'],
    ['the plugin', async (one) => writePlugin(one, await buildPlugin(one)), 'dashkeep-backup-app-1.2.3.zip'],
  ])('has the same bytes, and no path of the machine: %s', async (_, step, expected) => {
    const [first = [], second = []] = await made(step);
    expect(first.map(([name]) => name)).toContain(expected);
    expect(second.map(([name]) => name)).toEqual(first.map(([name]) => name));
    for (const [index, [name, content]] of first.entries()) {
      expect(content.equals(second[index]?.[1] ?? Buffer.alloc(0)), name).toBe(true);
      expect(content.includes(HOME), name).toBe(false);
    }
  });

  it('has the same chart', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const [first, second] = await made((release) => chart({ ...release, version }));
    expect(first?.map(([name]) => name)).toEqual([`dashkeep-${version}.tgz`]);
    expect(first?.[0]?.[1].equals(second?.[0]?.[1] ?? Buffer.alloc(0))).toBe(true);
  });

  it.skipIf(!canBuild)('has the same executable', async () => {
    const [first, second] = [
      await publish(HERE, join(root, 'one/program'), '1.2.3', 1_700_000_000),
      await publish(HERE, join(root, 'another-one/program'), '1.2.3', 1_700_000_000),
    ];
    expect(first.name).toBe(`dashkeep-1.2.3-${HERE}.tar.gz`);
    expect(first.archive.equals(second.archive)).toBe(true);
    expect(readFileSync(first.executable).includes(root)).toBe(false);
  });
});
