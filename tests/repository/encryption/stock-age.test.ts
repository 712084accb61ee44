import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { backup } from '../../support/repository/repository.ts';
import { alice, bob, dashboards, service, setUp, world } from './harness.ts';

setUp();

describe.skipIf(spawnSync('age', ['--version']).status !== 0)('the stock age tool', () => {
  it('opens what was written, with the identity alone', async () => {
    const manifest = await backup(await service([alice.recipient, bob.recipient]), world, dashboards);
    const directory = mkdtempSync(join(tmpdir(), 'dashkeep-age-'));
    try {
      writeFileSync(join(directory, 'identity'), bob.identity, { mode: 0o600 });
      const decrypt = async (key: string): Promise<string> => {
        writeFileSync(join(directory, 'sealed'), await world.store.get(key));
        return gunzipSync(
          execFileSync('age', ['-d', '-i', join(directory, 'identity'), join(directory, 'sealed')]),
        ).toString();
      };
      expect(JSON.parse(await decrypt(`snapshots/${manifest.id}.json.gz.age`))).toEqual(manifest);
      const { object } = manifest.resources[0]!;
      expect(await decrypt(`objects/${object.slice(0, 2)}/${object}.json.gz.age`)).toBe('{"title":"Salaries"}');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
