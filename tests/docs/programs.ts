import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine } from '../../scripts/docs/pages.ts';
import { SETTINGS } from '../../pkg/cli/config/configuration.ts';
import { helm, kubectl } from '../support/helm/helm.ts';
import { ROOT } from './pages.ts';

/** Says what is wrong with the arguments of a program; undefined when nothing is. */
type Check = (words: string[]) => string | undefined | Promise<string | undefined>;

/** Programs that are not on every machine: their commands that the pages use, and the flags of those that exist. */
const ELSEWHERE: Record<string, string> = {
  'docker build': '-t --target --build-arg',
  'docker buildx build': '-t --platform --sbom --provenance --push',
  'docker buildx create': '--use',
  'docker buildx imagetools inspect': '--format',
  'docker login': '',
  'docker push': '',
  'kind load docker-image': '',
  'git config': '',
  'git clone': '',
  'git log': '--follow',
  'git pull': '--autostash',
  'docker compose down': '--rmi --volumes',
  'docker compose exec': '',
  'docker compose logs': '',
  'docker compose restart': '',
  'docker compose up': '-d --build --remove-orphans',
  'docker system df': '',
  'engine.sh stop': '',
  'node.sh stop': '',
  'docker run': '-d -e -p -v --name --network --read-only --tmpfs',
  'cosign verify': '--certificate-identity --certificate-oidc-issuer',
  'gh attestation verify': '--repo --source-ref',
  'aws s3 cp': '--quiet --endpoint-url',
  'aws s3 ls': '--recursive --endpoint-url',
  'aws s3api put-bucket-policy': '--bucket --policy --endpoint-url',
  'mc admin policy attach': '--user',
  'mc admin policy create': '',
  'mc admin user add': '',
  'b2 key create': '--bucket --name-prefix',
  'garage bucket allow': '--read --write --key',
  'grafana cli admin reset-admin-password': '',
  age: '-d -i',
  'age-keygen': '-o -y',
  curl: '-d -fL -fLO -H -o -sS --aws-sigv4 --fail --user',
  pg_dump: '',
  sqlite3: '',
  jq: '-r -sRr --arg',
  'sudo cp': '',
  'sudo install': '-d -m -o',
  'sudo journalctl': '-u -f',
  'sudo mv': '',
  'sudo rm': '-r -rf',
  'sudo sh': '-u -c',
  'sudo systemctl disable': '--now',
  'sudo systemctl enable': '--now',
  'sudo systemctl restart': '',
  'sudo unzip': '-q -d',
  'sudo useradd': '--system',
  tar: '-xzf',
  'openssl req': '-x509 -newkey -pkeyopt -nodes -days -subj -addext -keyout -out',
  'openssl pkeyutl': '-verify -pubin -keyform -inkey -rawin -in -sigfile',
};

/** What every shell has; nothing to get wrong that a reader would not see immediately. */
const EVERYWHERE = 'base64 cat cd cut echo find grep gunzip head mkdir sed sha256sum sort tail'.split(' ');

const CHECKS: Record<string, Check> = {
  dashkeep,
  helm: (words) => withHelp(helm, words),
  // It takes no flags before the command when it looks for a plugin of that name.
  kubectl: (words) => withHelp(kubectl, words[0] === '-n' ? [...words.slice(2), ...words.slice(0, 2)] : words),
  node: ([script = '', ...words]) => (script.endsWith('dashkeep.mjs') ? dashkeep(words) : inTheClone(script)),
  npm,
  npx,
  export: (words) => first(words, (word) => settingNamed(word.split('=')[0] ?? '')),
};

/** The names by which a command within the text is told from other code. */
export const PROGRAM_NAMES: readonly string[] = [
  ...new Set([...Object.keys(CHECKS), ...Object.keys(ELSEWHERE).map((name) => name.split(' ')[0] ?? '')]),
];

/**
 * What is wrong with one command; undefined when it is one that the program takes. A program that nobody knows is wrong
 * too.
 */
export async function problemOf([program = '', ...words]: string[]): Promise<string | undefined> {
  if (EVERYWHERE.includes(program)) {
    return undefined;
  }
  const check = CHECKS[program];
  if (check !== undefined) {
    return check(words);
  }
  return program.includes('/') ? runnable(program) : elsewhere([program, ...words]);
}

/** What was said of a command: pages have many in common. */
const parsed = new Map<string, Promise<string | undefined>>();

function dashkeep(words: string[]): Promise<string | undefined> {
  const key = JSON.stringify(words);
  const answer = parsed.get(key) ?? parse(words);
  parsed.set(key, answer);
  return answer;
}

/** As commander takes it. A command that is only mentioned by its name needs no arguments. */
async function parse(words: string[]): Promise<string | undefined> {
  const program = commandLine();
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  }
  if (words.length <= 1) {
    const [name = '-'] = words;
    const known = name.startsWith('-') || program.commands.some((command) => command.name() === name);
    return known ? undefined : `no command '${name}'`;
  }
  return program.parseAsync(words, { from: 'user' }).then(
    () => undefined,
    (error: Error) => error.message,
  );
}

/** The same of other programs. */
const asked = new Map<string, ReturnType<typeof helm>>();

/** Both look at all flags before they show their help. */
async function withHelp(tool: typeof helm, words: string[]): Promise<string | undefined> {
  const at = words.indexOf('--');
  const command = at < 0 ? words : words.slice(0, at);
  const key = JSON.stringify([tool.name, ...command]);
  const answer = asked.get(key) ?? tool(...command, '--help');
  asked.set(key, answer);
  const { code, stderr } = await answer;
  return code === 0 ? undefined : stderr.split('\n')[0];
}

function elsewhere(words: string[]): string | undefined {
  const names = words.filter((word) => !word.startsWith('-'));
  const found = Object.keys(ELSEWHERE)
    .filter((command) => isSubsequence(command.split(' '), names))
    .sort((one, other) => other.length - one.length)[0];
  if (found === undefined) {
    return 'nobody has said what this command is (tests/docs/programs.ts)';
  }
  const flags = new Set((ELSEWHERE[found] ?? '').split(' '));
  const unknown = words.slice(1).filter((word) => /^--?[A-Za-z]/.test(word) && !flags.has(word.split('=')[0] ?? ''));
  return unknown.length === 0 ? undefined : `${found} has no ${unknown.join(', ')}`;
}

function isSubsequence([head, ...rest]: string[], words: string[]): boolean {
  const at = head === undefined ? -1 : words.indexOf(head);
  return head === undefined || (at >= 0 && isSubsequence(rest, words.slice(at + 1)));
}

function npm([verb = '', script = '']: string[]): string | undefined {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
  const name = verb === 'run' ? script : verb;
  return verb === 'ci' || name in scripts ? undefined : `package.json has no script '${name}'`;
}

function npx([tool, ...words]: string[]): string | undefined {
  if (tool === 'tsx') {
    return inTheClone(words[0] ?? '');
  }
  return tool === 'vitest' && words[0] === 'run' ? first(words.slice(1), inTheClone) : `npx ${tool} is not used here`;
}

function inTheClone(path: string): string | undefined {
  return existsSync(join(ROOT, path)) ? undefined : `there is no ${path}`;
}

function runnable(path: string): string | undefined {
  try {
    accessSync(join(ROOT, path), constants.X_OK);
    return undefined;
  } catch {
    return `${path} is not there, or can't be run`;
  }
}

function settingNamed(name: string): string | undefined {
  const row = name.replace(/(?<=^DASHKEEP_CONNECTION_)[A-Z0-9]+/, '<NAME>');
  return row.replace(/_FILE$/, '') in SETTINGS || row in SETTINGS ? undefined : `no setting ${name}`;
}

function first(words: string[], problem: (word: string) => string | undefined): string | undefined {
  return words.map(problem).find((found) => found !== undefined);
}
