import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { fences, inlineCode, pages, shellBlocks } from './pages.ts';
import { problemOf, PROGRAM_NAMES } from './programs.ts';
import { commandsOf } from './shell.ts';

/** What a fenced block may hold besides shell commands. */
const OTHER_LANGUAGES = ['ini', 'json', 'mermaid', 'promql', 'text', 'ts', 'yaml'];

/** Code within the text that is a command, up to where it is only hinted at. */
function inlineCommands(markdown: string): string[] {
  const program = new RegExp(`^(?:[A-Z_]+=\\S+ )*(?:${PROGRAM_NAMES.join('|')}) [^=]|^(?:\\.ci/run|\\S+\\.sh)\\b`);
  return inlineCode(markdown)
    .filter((code) => program.test(code))
    .map((code) => code.replace(/ ?…$/, ''));
}

/** Every command of a page: of its shell blocks, taken as one script, and within its text. */
function allCommands(markdown: string): string[][] {
  return [...commandsOf(shellBlocks(markdown).join('\n')), ...commandsOf(inlineCommands(markdown).join('\n'))];
}

async function problemsOf(markdown: string): Promise<string[]> {
  const found: string[] = [];
  for (const command of allCommands(markdown)) {
    const problem = await problemOf(command);
    if (problem !== undefined) {
      found.push(`${command.join(' ')}: ${problem}`);
    }
  }
  return found;
}

describe.each([...pages()])('%s', (_, markdown) => {
  it('says of every block what it is', () => {
    for (const { language, text } of fences(markdown)) {
      expect([...OTHER_LANGUAGES, 'bash', 'sh'], text).toContain(language);
      if (language === 'json') {
        JSON.parse(text);
      }
      if (language === 'yaml') {
        expect(parseAllDocuments(text).flatMap(({ errors }) => errors)).toEqual([]);
      }
    }
  });

  it('has only commands that their programs take', async () => {
    expect(await problemsOf(markdown)).toEqual([]);
  });
});

describe('the commands of the pages', () => {
  it('are found, wherever they are', () => {
    const page = [
      '```bash',
      'dashkeep() { node dashkeep.mjs "$@"; }',
      'snapshot=$(dashkeep snapshots --json | jq -r .id)',
      'kubectl get pods \\',
      "  -l 'a b' > pods",
      '```',
      'Then `dashkeep prune --dry-run`, `GRAFANA_VERSION=13.2.0 docker compose up`, and `.ci/run`, not `dashkeep.json`.',
    ].join('\n');
    const found = allCommands(page).map((words) => words.join('|'));
    expect(found.sort()).toEqual([
      '.ci/run',
      'dashkeep|prune|--dry-run',
      'docker|compose|up',
      'jq|-r|.id',
      'kubectl|get|pods|-l|a b',
      'node|dashkeep.mjs|snapshots|--json',
    ]);
    expect([...pages().values()].flatMap(allCommands).length).toBeGreaterThan(100);
  });

  it.each([
    ['dashkeep backup --no-such', 'unknown option'],
    ['node dashkeep.mjs backupp', "no command 'backupp'"],
    ['dashkeep restore latest --plan', 'argument missing'],
    ['kubectl -n monitoring get pods --no-such', 'unknown flag'],
    ['kubectl -n monitoring gett pods', 'unknown command'],
    ['helm install a b --sett x=y', 'unknown flag'],
    ['docker compose up --no-such', 'has no --no-such'],
    ['docker compose no-such', 'nobody has said'],
    ['made-up --flag', 'nobody has said'],
    ['npm run no-such', "no script 'no-such'"],
    ['npx vitest run tests/no-such', 'there is no tests/no-such'],
    ['tests/support/no-such.sh', 'is not there'],
    ['export DASHKEEP_TARGET=a DASHKEEP_NO_SUCH=b', 'no setting DASHKEEP_NO_SUCH'],
  ])('are refused: %s', async (command, problem) => {
    expect(await problemsOf(`\`\`\`bash\n${command}\n\`\`\``)).toEqual([expect.stringContaining(problem)]);
  });

  it('are refused where bash does not understand them', () => {
    expect(() => allCommands('```bash\necho "open\n```')).toThrow('unexpected EOF');
  });
});
