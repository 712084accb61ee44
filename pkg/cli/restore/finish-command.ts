import { FLAG_VARIABLES } from '../config/configuration.ts';
import type { CliContext } from '../context.ts';

/** Options that say nothing about what is restored, or that a person has to give again. */
const LEFT_OUT = new Set(['json', 'apply', 'confirm', 'trust', 'by', 'savePlan', 'safetySnapshot', 'trustedKeys']);

/** The command that restores the same once more, from the very snapshot that was restored. */
export function finishCommand(
  { environment }: Pick<CliContext, 'environment'>,
  flags: object,
  snapshot: string | undefined,
): string {
  const parts = Object.entries(flags).flatMap(([name, value]: [string, unknown]) => {
    const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    // A variable stays set.
    const variable = FLAG_VARIABLES.get(option);
    if (LEFT_OUT.has(name) || (variable !== undefined && environment[variable] === value)) {
      return [];
    }
    const values = Array.isArray(value) ? value : [value];
    return values.flatMap((one) => (one === true ? [option] : typeof one === 'string' ? [option, quoted(one)] : []));
  });
  return ['dashkeep restore', ...(snapshot === undefined ? [] : [snapshot]), ...parts, '--apply'].join(' ');
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
