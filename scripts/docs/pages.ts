import { readFileSync } from 'node:fs';
import type { Command, Option } from 'commander';
import { SECRETS, SETTINGS } from '../../pkg/cli/config/service.ts';
import { buildProgram } from '../../pkg/cli/main.ts';
import { ERROR_CATALOGUE } from '../../pkg/contract/errors.ts';
import { DEFAULT_SETTINGS, leavesOf } from '../../pkg/service/settings/defaults.ts';
import { KINDS_PAGE, kindsPage } from './kinds.ts';
import { OPENAPI_FILE } from './openapi.ts';
import { AS_FILE, SETTING_TEXTS } from './settings-texts.ts';

const MADE = 'Made by `npm run docs`; a test holds it against the code.';

/** Every command as it is parsed; running one does nothing. */
export function commandLine(): Command {
  return buildProgram(() => () => Promise.resolve());
}

/** The generated pages of docs/, by file name. */
export function referencePages(): ReadonlyMap<string, string> {
  return new Map([
    ['cli.md', commandPage()],
    ['settings.md', settingsPage()],
    ['errors.md', errorsPage()],
    ['api.md', apiPage()],
    [KINDS_PAGE, kindsPage()],
  ]);
}

function commandPage(): string {
  const { commands } = commandLine();
  const width = { helpWidth: 110 };
  const parts = commands.map((command) => {
    command.configureHelp(width);
    let text = '';
    command.configureOutput({ writeOut: (more) => (text += more) }).outputHelp();
    return `## ${command.name()}\n\n\`\`\`text\n${text.trim()}\n\`\`\`\n`;
  });
  return `# The command line

${MADE} \`dashkeep\` is the [executable](install/outside-kubernetes.md); with Node, \`node dashkeep.mjs\` is the same, and \`node build/dashkeep.mjs\` in a clone.
Exit codes: 0 done, 1 failed, 2 wrong use or settings, 3 partial, 4 integrity, 5 busy, 130 interrupted; by message in [errors.md](errors.md).
Tables are for people; with \`--json\` there is one JSON document on standard output, and logs go to standard error.

${commands.map((command) => `- [${command.name()}](#${command.name()}): ${command.description()}`).join('\n')}

${parts.join('\n')}`;
}

function settingsPage(): string {
  const defaults = leavesOf(DEFAULT_SETTINGS);
  const paths = new Map(SETTINGS.map(([name, path]) => [name, path]));
  const secrets = new Set(Object.values(SECRETS));
  const flags = flagsByName();
  const sections = new Map<string, string[][]>();
  for (const [name, [section, text]] of Object.entries(SETTING_TEXTS)) {
    const rows = sections.get(section) ?? [];
    const asFile = AS_FILE.has(name) || (secrets.has(name) && !name.startsWith('AWS_'));
    const path = paths.get(name);
    rows.push([
      `\`${name}\`${asFile ? ', `…_FILE`' : ''}`,
      flags.get(name) ?? '',
      path === undefined ? '' : `\`${path}\``,
      defaultOf(path === undefined ? undefined : defaults.get(path)),
      text,
    ]);
    sections.set(section, rows);
  }
  const tables = [...sections].map(
    ([section, rows]) => `## ${section}\n\n${table(['environment', 'flag', 'setting', 'default', 'what it is'], rows)}`,
  );
  return `# Settings

${MADE} A flag wins over the environment. Values of the column "setting" can also be set on the settings page of the app; what the
deployment sets wins there, and is shown read-only. Names with \`…_FILE\` can be given as a file that holds the value instead.
An empty value counts as not set. The values of the chart are in [its README](../charts/dashkeep/README.md).
Keys for S3 are looked for as the AWS tools do: environment, shared files, web identity (IRSA), container and instance roles.

${tables.join('\n')}`;
}

function flagsByName(): Map<string, string> {
  const found = new Map<string, string>();
  for (const { options } of commandLine().commands) {
    for (const { envVar, long } of options as Option[]) {
      if (envVar !== undefined && long) {
        found.set(envVar, `\`${long}\``);
      }
    }
  }
  return found;
}

function defaultOf(value: unknown): string {
  if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)) {
    return '';
  }
  return `\`${Array.isArray(value) ? value.join(',') : String(value as string | number)}\``;
}

function errorsPage(): string {
  const rows = Object.entries(ERROR_CATALOGUE).map(([code, { exit, status, hint }]) => [
    `\`${code}\``,
    String(exit),
    String(status),
    hint,
  ]);
  return `# Errors

${MADE} Every message ends with a code; the command line exits with the number, the API answers with the status.
A message often has a closer hint than the one here. See also [troubleshooting](troubleshooting.md).

${table(['code', 'exit', 'HTTP', 'what to do'], rows)}`;
}

interface Operation {
  summary: string;
  tags: string[];
  parameters?: { name: string; in: string }[];
  responses: Record<string, unknown>;
  'x-dashkeep-access'?: 'home' | 'organization';
}

function apiPage(): string {
  const { paths } = JSON.parse(readFileSync(OPENAPI_FILE, 'utf8')) as {
    paths: Record<string, Record<string, Operation>>;
  };
  const rows = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { summary, parameters = [], responses, ...extensions }]) => [
      `\`${method.toUpperCase()} ${path}\``,
      summary,
      parameters
        .filter((one) => one.in === 'query')
        .map(({ name }) => `\`${name}\``)
        .join(', '),
      Object.keys(responses)[0] ?? '',
      extensions['x-dashkeep-access'] === 'home' ? 'the home organization' : 'every organization',
    ]),
  );
  return `# The HTTP API of the service

${MADE} The whole description, with every field, is [openapi.json](openapi.json). Send \`DASHKEEP_API_TOKEN\` as bearer token:
that is the home organization's. Each further organization has a token of its own, \`DASHKEEP_API_TOKEN_ORG_<n>\` in the Secret or the state directory, and sees what is its own.
Errors are \`{"error": {"code", "message", "hint"}}\` with a code of [errors.md](errors.md); the description names for each call which codes it can answer with. A method
that a path lacks is answered with 405 and the header \`Allow\`, and each GET can be asked as HEAD. Lists are paged by \`cursor\` and \`limit\`.
Health and metrics have an address of their own: \`/healthz\`, \`/readyz\` and \`/metrics\` at \`DASHKEEP_OPS_LISTEN\`.

${table(['call', 'does', 'query', 'answers', 'for'], rows)}`;
}

function table(header: string[], rows: string[][]): string {
  const lines = [header, header.map(() => '---'), ...rows];
  return `${lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')}\n`;
}
