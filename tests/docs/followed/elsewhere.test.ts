import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { depth } from '../../support/budget.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { blocksOf } from '../pages.ts';
import { startReader, type Reader } from '../reader.ts';

let reader: Reader;
let own: Record<string, string>;

/** Lends an empty Grafana, of the same version. */
async function withProduction(work: (production: Simulator) => Promise<void>): Promise<void> {
  const production = await startGrafana({ profile: '13.2' });
  try {
    await work(production);
  } finally {
    await production.close();
  }
}

// Each page starts the program many times.
describe.runIf(depth() === 'all')('the pages about another Grafana, followed by a reader', () => {
  beforeAll(async () => {
    reader = await startReader();
    own = reader.environment;
  });

  afterAll(() => reader.leave());

  it('docs/migrate.md: a folder from stage to production, and back', async () => {
    await withProduction(async (production) => {
      const [connect = '', plan = '', apply = '', undo = ''] = await blocksOf('docs/migrate.md', {
        'https://grafana.example.com': production.url,
        'glsa_…': production.token({ role: 'Admin' }),
      });
      const connection = connect.slice(0, connect.lastIndexOf('dashkeep'));
      await reader.shell('dashkeep backup', own);
      const checked = await reader.shell(connect, own);
      expect(checked.code, checked.text).toBe(0);
      const planned = await reader.shell(connection + plan, own);
      expect(planned.code, planned.text).toBe(0);
      expect(planned.text).toContain('This was only the plan: nothing was written.');
      await writeFile(join(reader.directory, 'mapping.yaml'), 'folder: {}\n');
      const confirm = /add --confirm ('[^']+')/.exec(planned.text)?.[1];
      const asked = confirm === undefined ? apply : apply.replace('--apply', `--apply --confirm ${confirm}`);
      const applied = await reader.shell(connection + asked, own);
      expect([0, 3], applied.text).toContain(applied.code);
      const run = /--undo (\S+)/.exec(applied.text)?.[1] ?? '';
      const undone = await reader.shell(`${connection}${undo.replace('<run>', run).trim()} --confirm 'Main Org.'`, own);
      expect(undone.code, undone.text).toBe(0);
      expect(undone.text).toMatch(/(\d+) of \1 done and verified/);
    });
  });

  it('docs/migrate.md: to a Grafana that is one organization', async () => {
    await withProduction(async (production) => {
      const blocks = await blocksOf('docs/migrate.md', {
        'https://example.grafana.net': production.url,
        'glsa_…': production.token({ role: 'Admin' }),
      });
      const cloud = blocks.find((block) => block.includes('CLOUD_URL')) ?? '';
      await reader.shell('dashkeep backup', own);
      const { code, text } = await reader.shell(cloud, own);
      expect(code, text).toBe(0);
      expect(text).toMatch(/create +dashboard +orders/);
      expect(text).toContain('This was only the plan: nothing was written.');
    });
  });

  it('docs/new-database.md: everything, to a Grafana on another database', async () => {
    await withProduction(async (production) => {
      const [move = '', compare = ''] = await blocksOf('docs/new-database.md', {
        'http://localhost:3000': reader.grafana.url,
        'http://localhost:3001': production.url,
      });
      await Promise.all(
        ['grafana-admin', 'new-admin'].map((name) => writeFile(join(reader.directory, name), 'admin\n')),
      );
      const { GRAFANA_API_TOKEN: _, ...admin } = own;
      const first = await reader.shell(move, admin);
      const confirm = /add --confirm ('[^']+')/.exec(first.text)?.[1] ?? "''";
      const moved = await reader.shell(move.replace('--apply', `--apply --confirm ${confirm}`), admin);
      expect([0, 3], moved.text).toContain(moved.code);
      expect(moved.text).toMatch(/(\d+) of \1 done and verified/);
      const settings = move.split('\n').slice(0, 2).join('\n');
      const { text } = await reader.shell(`${settings}\n${compare}`, admin);
      const left = [...text.matchAll(/(?:removed|changed) +(?:dashboard|folder|alert-rule|user|team) +(\S+)/g)];
      // Git and files bring these back.
      expect(left.map(([, uid]) => uid)).toEqual(['gitops', 'git-costs', 'git-platform', 'k8s-nodes']);
      expect(text).toMatch(/changed +data-source/);
    });
  });
});
