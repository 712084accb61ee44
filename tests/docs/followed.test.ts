import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startS3Server } from '../support/s3/server.ts';
import { blocksOf, fences, holding, pages, ROOT, shellBlocks } from './pages.ts';
import { startReader, type Reader } from './reader.ts';
import { commandsOf } from './shell.ts';
import { depth } from '../support/budget.ts';

/** Pages whose commands for the program are run here, and those with their own tests. */
const FOLLOWED = [
  'README.md',
  'docs/disaster-recovery.md',
  'docs/encryption.md',
  'docs/export-import.md',
  'docs/fleet.md',
  'docs/git-mirror.md',
  'docs/holds.md',
  'docs/install/classic-script.md',
  'docs/install/outside-kubernetes.md',
  'docs/migrate.md',
  'docs/new-database.md',
  'docs/readiness.md',
  'docs/recovery-kit.md',
  'docs/restore.md',
  'docs/runbooks/repository.md',
  'docs/s3.md',
  'docs/second-copy.md',
  'docs/undo.md',
];

let reader: Reader;
let own: Record<string, string>;

// Each page starts the program many times.
describe.runIf(depth() === 'all')('the pages, followed by a reader', () => {
  beforeAll(async () => {
    reader = await startReader();
    own = reader.environment;
  });

  afterAll(() => reader.leave());

  it('README.md: one executable', async () => {
    const blocks = await blocksOf('README.md', {
      'http://localhost:3000': reader.grafana.url,
      'glsa_…': own['GRAFANA_API_TOKEN'] ?? '',
    });
    const { code, text } = await reader.shell(holding(blocks, 'dashkeep backup'));
    expect(code, text).toBe(0);
    expect(text).toMatch(/snapshot \S+ is complete/);
    expect(text).toContain('This was only the plan: nothing was written.');
  });

  it('docs/restore.md, docs/undo.md: a folder, a plan for somebody else, undoing that, secrets', async () => {
    const backup = await reader.shell('dashkeep backup', own);
    expect(backup.code, backup.text).toBe(0);
    const blocks = await blocksOf('docs/restore.md');
    const [folder, plan] = [holding(blocks, '--folder business --apply'), holding(blocks, '--save-plan')];
    const [undo, secrets] = [holding(await blocksOf('docs/undo.md'), '--undo'), holding(blocks, '--secrets')];
    const remove = (path: string) =>
      fetch(`${reader.grafana.url}${path}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${own['GRAFANA_API_TOKEN']}` },
      });
    await remove('/api/folders/business?forceDeleteRules=true');

    const followed = await reader.shell(folder, own);
    expect(followed.code, followed.text).toBe(0);
    expect(followed.text).toMatch(/removed +folder +business/);
    expect(followed.text).toMatch(/(\d+) of \1 done and verified/);

    await remove('/api/dashboards/uid/orders');
    const planned = await reader.shell(plan, own);
    expect(planned.code, planned.text).toBe(0);
    expect(planned.text).toMatch(/create +dashboard +orders/);
    const [, run = ''] = /dashkeep restore --undo (\S+)/.exec(planned.text) ?? [];
    const undone = await reader.shell(undo.replaceAll('<run>', run).replace('Main Org.', 'Aurora'), own);
    expect(undone.code, undone.text).toBe(0);
    expect(undone.text).toMatch(/delete +dashboard +orders +.* the run created it/);
    expect(undone.text).toContain(`add --confirm 'Aurora'`);
    expect(undone.text).toMatch(/(\d+) of \1 done and verified/);

    await remove('/api/datasources/uid/loki');
    const [file] = fences(await readFile(join(ROOT, 'docs/restore.md'), 'utf8')).filter(
      ({ language }) => language === 'yaml',
    );
    await writeFile(join(reader.directory, 'secrets.yaml'), file?.text ?? '');
    const supplied = await reader.shell(secrets, {
      ...own,
      ADA_PASSWORD: 'made up',
      LOKI_PASSWORD: 'made up',
      SLACK_URL: 'https://hooks.slack.example/x',
    });
    expect(supplied.code, supplied.text).toBe(0);
    expect(supplied.text).not.toMatch(/note: data-source loki/);
  });

  it('docs/holds.md: a hold, a note', async () => {
    const backup = await reader.shell('dashkeep backup', own);
    const [, id = ''] = /snapshot (\S+) is complete/.exec(backup.text) ?? [];
    const [hold = '', note = ''] = await blocksOf('docs/holds.md', { '<id>': id, '2027-03-31': '2099-03-31' });
    const followed = await reader.shell(hold + note, own);
    expect(followed.code, followed.text).toBe(0);
    expect(followed.text).toMatch(/until 2099-03-31\S+ +before the upgrade to 13\.1/);
    expect(followed.text).toContain(`released: ${id}\nnote written: ${id}`);
  });

  it('docs/fleet.md: two installations in one bucket', async () => {
    const fingerprints = await Promise.all(
      ['berlin', 'paris'].map(async (name) => {
        const where = `--target s3://my-bucket/${name} --state-dir ${join(reader.directory, name)}`;
        const { text } = await reader.shell(
          `dashkeep backup --orgs 1 --kinds folder,dashboard ${where} > /dev/null && dashkeep keys ${where}`,
          own,
        );
        return /[0-9a-f]{32}/.exec(text)?.[0] ?? '';
      }),
    );
    const [fleet = ''] = await blocksOf('docs/fleet.md', {
      '8b7cf71134decdadf48da705187ad380,cd228f4d1051f90551a84541d08bfa7d': fingerprints.join(','),
      's3://backups/': 's3://my-bucket/',
    });
    const { code, text } = await reader.shell(fleet, own);
    expect(code, text).toBe(0);
    expect(text).toMatch(/s3:\/\/my-bucket\/berlin +ok .*\n.*s3:\/\/my-bucket\/paris +ok/);
  });

  it('docs/readiness.md: the report, a confirmation', async () => {
    await reader.shell('dashkeep backup', own);
    const [report = '', period = '', confirmation = ''] = await blocksOf('docs/readiness.md', {
      '2026-09-30': '2099-12-31',
    });
    const shown = await reader.shell(report, own);
    expect([1, 3], shown.text).toContain(shown.code);
    expect(shown.text).toMatch(/last complete backup: snapshot \S+ is complete/);
    expect((await reader.shell(confirmation, own)).text).toContain('second copy: ada confirmed it');
    const reported = await reader.shell(`${period}\ngrep -c '"backup",.*"complete"' report.csv`, own);
    expect(reported.code, reported.text).toBe(0);
    expect(await readFile(join(reader.directory, 'report.html'), 'utf8')).toContain('<h1>Backup report</h1>');
  });

  it('docs/recovery-kit.md: a kit, and one with keys', async () => {
    await reader.shell('dashkeep backup', own);
    await writeFile(join(reader.directory, 'passphrase'), 'correct horse battery staple\n');
    const { code, text } = await reader.shell((await blocksOf('docs/recovery-kit.md')).join('\n'), own);
    expect(code, text).toBe(0);
    const kit = await readFile(join(reader.directory, 'kit.html'), 'utf8');
    expect(kit).toContain('Storage team, storage@example.org');
    expect(kit).not.toContain('AGE ENCRYPTED FILE');
    const withKeys = await readFile(join(reader.directory, 'kit-with-keys.html'), 'utf8');
    expect(withKeys).toContain('-----BEGIN AGE ENCRYPTED FILE-----');
  });

  it('docs/second-copy.md: a second target, what is in it, a copy once', async () => {
    const second = await startS3Server({ buckets: ['other-bucket'] });
    const keys = { id: join(reader.directory, 'copy-id'), key: join(reader.directory, 'copy-key') };
    await writeFile(keys.id, second.environment['AWS_ACCESS_KEY_ID'] ?? '');
    await writeFile(keys.key, second.environment['AWS_SECRET_ACCESS_KEY'] ?? '');
    const [set = '', use = '', once = ''] = await blocksOf('docs/second-copy.md', {
      'https://s3.example.org': second.url,
      'eu-west-9': second.environment['AWS_REGION'] ?? '',
      '/run/secrets/copy-id': keys.id,
      '/run/secrets/copy-key': keys.key,
    });
    await reader.shell('dashkeep backup', own);
    const copied = await reader.shell(set, own);
    expect(copied.code, copied.text).toBe(0);
    expect(copied.text).toMatch(/second target: write/);
    expect(copied.text).toMatch(/[1-9]\d* snapshots? copied/);
    const restored = await reader.shell(use, own);
    expect(restored.code, restored.text).toBe(0);
    expect((await reader.shell(once, own)).text).toMatch(/[1-9]\d* snapshots? copied/);
    await second.close();
  });

  it('docs/encryption.md: an encrypted repository, and one that was plain', async () => {
    const blocks = await blocksOf('docs/encryption.md', {
      'age1…': '$(age-keygen -y identity.txt)',
    });
    const [pair, first, later] = ['age-keygen -o', 'dashkeep backup', 'dashkeep copy'].map((text) =>
      holding(blocks, text),
    );
    // The stock tool is not on every machine; here it only has to make and show an identity.
    const keygen = `command -v age-keygen > /dev/null || age-keygen() { node ${join(ROOT, 'tests/docs/age-keygen.mjs')} "$@"; }\n`;
    const encrypted = await reader.shell(`${keygen}${pair}\n${first}`, {
      ...own,
      DASHKEEP_TARGET: 's3://my-bucket/encrypted',
    });
    expect(encrypted.code, encrypted.text).toBe(0);
    const copied = await reader.shell(keygen + later, own);
    expect(copied.code, copied.text).toBe(0);
    expect(copied.text).toMatch(/[1-9]\d* snapshots? copied/);
    for (const target of ['encrypted', 'grafana-encrypted']) {
      const verified = await reader.shell('dashkeep verify --read-data', {
        ...own,
        DASHKEEP_TARGET: `s3://my-bucket/${target}`,
        DASHKEEP_AGE_IDENTITY_FILE: 'identity.txt',
      });
      expect(verified.text).toContain('nothing is missing');
    }
  });

  it('docs/immutability.md: locked objects', async () => {
    const [lock = ''] = await blocksOf('docs/immutability.md');
    const { code, text } = await reader.shell(`${lock}\ndashkeep backup`, {
      ...own,
      DASHKEEP_TARGET: 's3://locked',
    });
    expect(code, text).toBe(0);
  });

  it('docs/s3.md: the policy that is printed is the one that is shown', async () => {
    const page = await readFile(join(ROOT, 'docs/s3.md'), 'utf8');
    const [shown = ''] = fences(page)
      .filter(({ language }) => language === 'json')
      .map(({ text }) => text);
    const blocks = await blocksOf('docs/s3.md');
    const script = [holding(blocks, 'doctor --policy'), holding(blocks, 'jq').split('\n')[0]];
    const { code, text } = await reader.shell(script.join('\n'), {});
    expect(code, text).toBe(0);
    const read = async (name: string): Promise<unknown> =>
      JSON.parse(await readFile(join(reader.directory, name), 'utf8'));
    expect(await read('policy.json')).toEqual(JSON.parse(shown));
    expect(await read('bucket-policy.json')).toMatchObject({
      Statement: [{ Principal: { AWS: 'arn:aws:iam:::user/dashkeep' } }, {}, {}],
    });
  });
});

it('all pages that run the program are followed', () => {
  const running = [...pages()]
    .filter(([, markdown]) => commandsOf(shellBlocks(markdown).join('\n')).some(([program]) => program === 'dashkeep'))
    .map(([page]) => page);
  expect(running.sort()).toEqual(FOLLOWED);
});
