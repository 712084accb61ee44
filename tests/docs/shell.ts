import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Bash finds no program here, so each command goes to the handle, which writes down its words and runs nothing. */
const RECORDER = `
"$BASH" -n -c "$1" || exit 2
exec 3>>commands 2>/dev/null
PATH=/nonexistent
record() { local IFS=$'\\037'; printf '%s\\036' "$*" >&3; }
command_not_found_handle() { record "$@"; }
export() { record export "$@"; builtin export "$@"; }
`;

/** Programs by path, which bash would look for on the disk. */
const BY_PATH = /(?<![\w/.-])(?:\.ci\/run|[\w-][\w/.-]*\.sh)\b/g;

/**
 * The words of every command that a script runs, as bash itself takes it apart: behind pipes, in substitutions and in
 * functions too. Placeholders such as `<name>` become words.
 * @throws when bash does not understand the script.
 */
export function commandsOf(script: string): string[][] {
  const known = parsed.get(script) ?? (script.trim() === '' ? [] : recorded(script));
  parsed.set(script, known);
  return known;
}

const parsed = new Map<string, string[][]>();

function recorded(script: string): string[][] {
  const directory = mkdtempSync(join(tmpdir(), 'dashkeep-docs-'));
  try {
    const text = script.replaceAll(/<([\w-]+)>/g, '$1').replaceAll(/(?<=[^<]) < \S+/g, '');
    const functions = [...new Set(text.match(BY_PATH))].map((path) => `function ${path} { record ${path} "$@"; }\n`);
    const whole = `${RECORDER}${functions.join('')}eval "$1"; true`;
    execFileSync('bash', ['-c', whole, 'bash', text], { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
    return readFileSync(join(directory, 'commands'), 'utf8')
      .split('\x1e')
      .slice(0, -1)
      .map((command) => command.split('\x1f'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
