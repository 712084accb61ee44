import type { CliContext } from '../context.ts';

/** Options that say nothing about what is restored, or that a person has to give again. */
const LEFT_OUT = new Set(['json', 'apply', 'confirm', 'trust', 'by', 'savePlan', 'safetySnapshot', 'trustedKeys']);

/** Options that have a variable, which stays set. */
const VARIABLES: Record<string, string> = {
  target: 'DASHKEEP_TARGET',
  stateDir: 'DASHKEEP_STATE_DIR',
  ageRecipients: 'DASHKEEP_AGE_RECIPIENTS',
  ageIdentityFile: 'DASHKEEP_AGE_IDENTITY_FILE',
  grafanaUrl: 'GRAFANA_URL',
  grafanaCaFile: 'DASHKEEP_GRAFANA_CA_FILE',
  grafanaConcurrency: 'DASHKEEP_GRAFANA_CONCURRENCY',
  grafanaTimeout: 'DASHKEEP_GRAFANA_TIMEOUT',
  orgs: 'DASHKEEP_ORGS',
  kinds: 'DASHKEEP_KINDS',
};

/** The command that restores the same once more, from the very snapshot that was restored. */
export function finishCommand(
  { environment }: Pick<CliContext, 'environment'>,
  flags: object,
  snapshot: string | undefined,
): string {
  const parts = Object.entries(flags).flatMap(([name, value]: [string, unknown]) => {
    const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const variable = VARIABLES[name];
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
