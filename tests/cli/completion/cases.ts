import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { KIND_NAMES } from '../../../pkg/contract/kinds.ts';
import { commandLine } from '../../../scripts/docs/pages.ts';
import { runCli } from '../../support/cli.ts';

/** What is typed, and what has to be proposed for the last word. */
const CASES: [line: string, words: readonly string[]][] = [
  ['dashkeep re', ['readiness', 'recovery-kit', 'release', 'repair', 'restore']],
  ['dashkeep help dr', ['drill']],
  ['dashkeep --ver', ['--version']],
  ['dashkeep restore --ev', ['--everything']],
  ['dashkeep restore l', ['latest']],
  ['dashkeep --version', ['--version']],
  ['dashkeep show ', ['latest']],
  ['dashkeep show latest ', []],
  ['dashkeep diff --orgs all latest ', ['latest', 'live']],
  ['dashkeep diff --orgs=all latest li', ['live']],
  ['dashkeep backup --target file:///backups --pl', ['--plain-copies']],
  ['dashkeep backup --plain-copies ', ['no', 'yes']],
  ['dashkeep backup --orgs ', ['all']],
  ['dashkeep backup --by ', []],
  ['dashkeep backup --kinds team', ['team']],
  ['dashkeep backup --kinds folder,dashboard-', ['folder,dashboard-permissions', 'folder,dashboard-snapshot']],
  ['dashkeep cat latest dashboard', ['dashboard-permissions/', 'dashboard-snapshot/', 'dashboard/']],
  ['dashkeep restore latest --only ', KIND_NAMES.map((kind) => `${kind}/`)],
  ['dashkeep migrate --from ', ['latest', 'live']],
  ['dashkeep migrate --to ', []],
  ['dashkeep restore latest --secrets sec', ['secrets.yaml']],
  ['dashkeep export sec', ['secrets.yaml']],
  ['dashkeep export out --as ', ['json', 'operator', 'provisioning', 'terraform']],
  ['dashkeep export out --snapshot ', ['latest']],
  [
    'dashkeep import out --format ',
    [
      'classic',
      'dashboards',
      'gdg',
      'grafana-backup-tool',
      'grafana-util',
      'json',
      'postgres',
      'provisioning',
      'sqlite',
      'wizzy',
    ],
  ],
  ['dashkeep completion ', ['bash', 'fish', 'zsh']],
  ['dashkeep no-such ', []],
];

/** A folder as a person has one, with the script of a shell in it. */
export async function folderWith(shell: string, name: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dashkeep-completion-'));
  const { out } = await runCli(['completion', shell], {});
  await writeFile(join(directory, name), out);
  await writeFile(join(directory, 'secrets.yaml'), '');
  return directory;
}

/** The tests that every shell has to pass. @param propose what the shell proposes for the last word of a line */
export function shellTests(propose: (line: string) => Promise<string[]>): void {
  it.each(CASES)('proposes what fits: %s', async (line, words) => {
    expect((await propose(line)).toSorted()).toEqual([...words].toSorted());
  });

  it('knows every command', async () => {
    const names = commandLine().commands.map((command) => command.name());
    expect((await propose('dashkeep ')).toSorted()).toEqual([...names, 'help'].toSorted());
  });

  it('knows every option of every command', async () => {
    for (const command of commandLine().commands) {
      const flags = command.options.map(({ long }) => long);
      const found = await propose(`dashkeep ${command.name()} --`);
      expect(found.toSorted()).toEqual([...flags, '--help'].toSorted());
    }
  });
}
