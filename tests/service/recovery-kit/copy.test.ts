import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { runMain } from '../../support/cli.ts';
import { cheapPassphrases } from '../../support/repository/cheap-passphrases.ts';
import { codeBlocks } from './text.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let environment: Record<string, string>;
let copy: string;

cheapPassphrases();

beforeAll(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  directory = await temporaryDirectory();
  copy = join(directory.path, 'copy');
  environment = {
    HOME: directory.path,
    GRAFANA_URL: grafana.url,
    GRAFANA_ADMIN_USER: 'admin',
    GRAFANA_ADMIN_PASSWORD: 'admin',
    DASHKEEP_KUBERNETES: 'off',
    DASHKEEP_TARGET: `file://${directory.path}/first`,
    DASHKEEP_COPY_TARGET: `file://${copy}`,
  };
  await mkdir(copy);
  for (const command of ['backup', 'copy']) {
    const { exit, error } = await runMain([command], environment);
    expect(exit, error).toBe(0);
  }
});
afterAll(async () => {
  await grafana?.close();
  await directory?.remove();
});

const blockOfCopy = (html: string): string =>
  codeBlocks(html).find((text) => text.includes(`export DASHKEEP_TARGET=file://${copy}\n`)) ?? '';

it('says how to restore from the second copy, and has its signing key when asked', async () => {
  const { json } = await runMain(['keys', '--json', '--target', `file://${copy}`], environment);
  const file = join(directory.path, 'passphrase');
  await writeFile(file, 'correct horse battery staple');
  const { out, error } = await runMain(['recovery-kit', '--include-secrets', '--passphrase-file', file], environment);
  expect(error).toBe('');
  expect(blockOfCopy(out)).toContain(
    `dashkeep restore latest --everything --overwrite --include-managed --trust ${json.own}`,
  );
  const states = await readdir(directory.path, { recursive: true });
  const keys = states.map((path) => /signing-[0-9a-f]+$/.exec(path)?.[0]).filter((name) => name !== undefined);
  expect(keys).toHaveLength(2);
  for (const name of keys) {
    expect(out).toContain(`<h3>${name}</h3>`);
  }
});

it('says that the second copy could not be read', async () => {
  await rename(copy, `${copy}-away`);
  const { exit, out } = await runMain(['recovery-kit'], environment);
  expect(exit).toBe(0);
  expect(out).toContain('It could not be read when this kit was created: ');
  expect(blockOfCopy(out)).toMatch(/--include-managed$/);
});
