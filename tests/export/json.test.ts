import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson, parseJson } from '../../pkg/lib/json/json.ts';
import type { ManifestEntry } from '../../pkg/contract/manifest.ts';
import { call } from '../simulator/http.ts';
import { inDepth } from '../support/budget.ts';
import { filesBelow, installation, type Installation } from './harness.ts';

let here: Installation;

beforeEach(async () => {
  here = await installation();
});
afterEach(() => here.close());

async function api(route: string, body?: unknown): Promise<void> {
  const answer = await call(here.grafana, 'admin:admin', route, body);
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
}

async function pathsOf(directory: string): Promise<Record<string, string>> {
  const index = JSON.parse(await readFile(`${directory}/dashkeep-export.json`, 'utf8')) as {
    resources: (ManifestEntry & { path: string })[];
  };
  return Object.fromEntries(index.resources.map(({ org, kind, uid, path }) => [`${org}/${kind}/${uid}`, path]));
}

describe('dashkeep export --as json', () => {
  it('writes every resource as it is stored, at a path of titles', async () => {
    await here.run(['backup', '--orgs', 'all']);
    const out = `${here.path}/out`;
    const { json, exit } = await here.run(['export', out]);
    expect(exit).toBe(0);
    const { json: shown } = await here.run(['show', 'latest']);
    const files = await filesBelow(out);
    const paths = await pathsOf(out);
    expect(json).toMatchObject({ as: 'json', snapshot: shown.id, resources: shown.resources.length });
    expect(files.size).toBe(shown.resources.length + 1);
    expect(json.files).toBe(shown.resources.length);
    const one = new Map((shown.resources as ManifestEntry[]).map((entry) => [entry.kind, entry]));
    for (const { org, kind, uid } of one.values()) {
      const text = files.get(paths[`${org}/${kind}/${uid}`] ?? '') ?? '';
      const { out: stored } = await here.run(['cat', 'latest', `${kind}/${uid}`, '--org', String(org)]);
      expect(canonicalJson(parseJson(text)), `${kind}/${uid}`).toBe(stored.trimEnd());
    }
    const nested = (shown.resources as ManifestEntry[]).find((entry) => entry.folder.includes(' / '))!;
    expect(paths[`${nested.org}/${nested.kind}/${nested.uid}`]).toContain(
      `/${nested.folder.replaceAll(' / ', '/')}/${nested.title}.json`,
    );
  });

  it('keeps hostile titles within the directory, and equal ones apart', async () => {
    here.grafana.wipe();
    const titles = [
      '../../escape',
      '..',
      '.git',
      'a/b',
      'a\\b',
      'CON',
      '  ',
      'Same',
      'same',
      'Same.json',
      '\u202egnp.exe',
    ];
    await api('POST /api/folders', { uid: 'deep', title: '../../../tmp' });
    await api('POST /api/folders', { uid: 'file', title: 'Same.json' });
    for (const [number, title] of titles.entries()) {
      const dashboard = { uid: `d${number}`, title, schemaVersion: 39, panels: [] };
      const folderUid = number % 2 === 0 ? 'deep' : '';
      await call(here.grafana, 'admin:admin', 'POST /api/dashboards/db', { dashboard, folderUid });
    }
    await here.run(['backup', '--kinds', 'folder,dashboard']);
    const out = `${here.path}/deep/below/out`;
    const { json } = await here.run(['export', out]);
    const files = await filesBelow(`${here.path}/deep`);
    expect([...files.keys()].every((path) => path.startsWith('below/out/'))).toBe(true);
    expect(files.size).toBe(json.resources + 1);
    for (const path of files.keys()) {
      expect(path).not.toMatch(/\/\.|\\|\u202e|\.\.\//);
    }
    const folded = [...files.keys()].map((path) => path.toLowerCase());
    expect(new Set(folded).size).toBe(folded.length);
  });

  it('refuses a directory with other files, and writes nothing there', async () => {
    await here.run(['backup', '--kinds', 'folder,dashboard']);
    const out = `${here.path}/out`;
    await mkdir(out);
    await writeFile(`${out}/mine.txt`, 'mine');
    await expect(here.run(['export', out])).rejects.toThrow('is not empty, and contains no earlier export');
    expect([...(await filesBelow(out))]).toEqual([['mine.txt', 'mine']]);
  });

  it('replaces an earlier export, and leaves what others put there', async () => {
    await here.run(['backup', '--kinds', 'folder,dashboard']);
    const out = `${here.path}/out`;
    await here.run(['export', out]);
    const before = await filesBelow(out);
    await writeFile(`${out}/README.md`, 'mine');
    const gone = Object.entries(await pathsOf(out)).find(([name]) => name.includes('/dashboard/'))!;
    await api(`DELETE /api/dashboards/uid/${gone[0].split('/')[2]}`);
    await here.run(['backup', '--kinds', 'folder,dashboard']);
    await here.run(['export', out]);
    const after = await filesBelow(out);
    expect([...before.keys()].filter((path) => !after.has(path))).toEqual([gone[1]]);
    expect([...after.keys()].filter((path) => !before.has(path))).toEqual(['README.md']);
  });

  it('follows no link out of the directory, and deletes nothing outside of it', async () => {
    await here.run(['backup', '--kinds', 'folder,dashboard']);
    const [out, outside] = [`${here.path}/out`, `${here.path}/outside`];
    await mkdir(out);
    await mkdir(outside);
    await writeFile(`${outside}/mine.txt`, 'mine');
    await writeFile(
      `${out}/dashkeep-export.json`,
      JSON.stringify({ files: ['../outside/mine.txt', 'Main Org/mine.txt'] }),
    );
    await symlink(outside, `${out}/Main Org`);
    await expect(here.run(['export', out])).rejects.toThrow('symbolic link');
    expect([...(await filesBelow(outside))]).toEqual([['mine.txt', 'mine']]);
  });

  inDepth('leaves the secrets of an encrypted repository out, and names them', async () => {
    const identity = await generateX25519Identity();
    const identityFile = `${here.path}/identity`;
    await writeFile(identityFile, identity);
    const environment = {
      DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(identity),
      DASHKEEP_AGE_IDENTITY_FILE: identityFile,
    };
    const settings = { url: 'https://example.com/hook', password: 'hunter2-secret', username: 'me' };
    await api('POST /api/v1/provisioning/contact-points', { name: 'Hook', type: 'webhook', settings });
    await here.run(['backup'], environment);
    expect((await here.run(['cat', 'latest', 'contact-point/Hook'], environment)).out).toContain('hunter2-secret');
    const { json } = await here.run(['export', `${here.path}/out`], environment);
    for (const [path, text] of await filesBelow(`${here.path}/out`)) {
      expect(text, path).not.toContain('hunter2-secret');
    }
    expect(json.lacks).toContainEqual(
      expect.objectContaining({ kind: 'contact-point', uid: 'Hook', code: 'export-secrets' }),
    );
  });

  it('exports what is selected', async () => {
    await here.run(['backup', '--orgs', 'all']);
    const { json: shown } = await here.run(['show', 'latest']);
    const folder = (shown.resources as ManifestEntry[]).find((one) => one.kind === 'dashboard' && one.folder !== '')!;
    const { json } = await here.run(['export', `${here.path}/out`, '--folder', folder.folderUid!, '--org', '1']);
    const inside = (await pathsOf(`${here.path}/out`)) as Record<string, string>;
    expect(inside[`1/dashboard/${folder.uid}`]).toBeDefined();
    expect(json.resources).toBeLessThan(shown.resources.length);
    // An export of nothing would replace these files.
    await expect(here.run(['export', `${here.path}/out`, '--org', '9'])).rejects.toMatchObject({
      code: 'DK_NOT_FOUND',
      message: expect.stringMatching(/contains no organization 9, only 1 \(/),
    });
    expect(Object.keys(await pathsOf(`${here.path}/out`))).toHaveLength(json.resources);
    const missing = here.run(['export', `${here.path}/other`, '--only', 'dashboard/none']);
    await expect(missing).rejects.toThrow('contains no');
    await expect(missing).rejects.toHaveProperty('hint', expect.stringMatching(/dashkeep versions dashboard\/none/));
  });
});
