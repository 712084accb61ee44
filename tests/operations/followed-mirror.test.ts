import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { depth } from '../support/budget.ts';
import { startGitServer } from '../support/servers/git-server.ts';
import { blocksOf } from '../docs/pages.ts';
import { startReader } from '../docs/reader.ts';

describe.runIf(depth() === 'all')('the page on the Git mirror, followed by a reader', () => {
  it('sets it up, and imports a checkout', async () => {
    const reader = await startReader();
    const own = {
      ...reader.s3.environment,
      GRAFANA_URL: reader.grafana.url,
      GRAFANA_API_TOKEN: reader.grafana.token({ role: 'Admin' }),
      DASHKEEP_TARGET: 's3://my-bucket/grafana',
    };
    const server = await startGitServer(reader.directory);
    server.login = 'dashkeep:git-token';
    await writeFile(join(reader.directory, 'git-token'), 'git-token\n');
    const [setUp = '', back = ''] = await blocksOf('docs/git-mirror.md', {
      'https://git.example.com/team/grafana.git': server.url.replace('//', '//dashkeep:git-token@'),
      '/run/secrets/git-token': join(reader.directory, 'git-token'),
    });
    const made = await reader.shell(setUp.replace('dashkeep:git-token@', ''), own);
    const imported = await reader.shell(back.replace('.git\n', '.git grafana\n'), own);
    await server.close();
    expect([made.code, imported.code], `${made.text}${imported.text}`).toEqual([0, 0]);
    expect(made.text).not.toMatch(/not updated/);
    await reader.leave();
  });
});
