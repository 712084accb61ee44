import { Option, type Command } from 'commander';
import { SETTINGS, type Name } from './config/configuration.ts';
import type { Secret, Setting } from './config/setting-definitions.ts';

/** The flag of a setting, which can also come from the environment; help names both. */
export function setting(name: Name): Option {
  const row: Setting | Secret = SETTINGS[name];
  const { flag = '', help = '' } = row;
  const variable = 'secret' in row ? `${name}_FILE` : name;
  // Not with commander's `env`: a flag without a value would take any value of the variable for yes.
  return flag.includes('<') ? new Option(flag, help).env(variable) : new Option(flag, `${help} (env: ${variable})`);
}

/** Adds `--json`. @returns the same command */
export function withJson(command: Command): Command {
  return command.option('--json', 'print one JSON document to standard output');
}

/** Where the repository is, and no more. */
export function withTargetUrl(command: Command): Command {
  return command.addOption(setting('DASHKEEP_TARGET'));
}

/** Where the repository is and how to read it. */
export function withTarget(command: Command): Command {
  return withJson(
    withTargetUrl(command)
      .addOption(setting('DASHKEEP_STATE_DIR'))
      .addOption(setting('DASHKEEP_AGE_RECIPIENTS'))
      .addOption(setting('DASHKEEP_AGE_IDENTITY'))
      .addOption(setting('DASHKEEP_TRUSTED_KEYS'))
      .addOption(setting('DASHKEEP_IGNORE_CLOCK')),
  );
}

/** Which Grafana. Credentials come from the environment or files only, so that no process list shows them. */
export function withGrafana(command: Command): Command {
  return command
    .addOption(setting('GRAFANA_URL'))
    .addOption(setting('DASHKEEP_GRAFANA_CA_FILE'))
    .addOption(setting('DASHKEEP_GRAFANA_CONCURRENCY'))
    .addOption(setting('DASHKEEP_GRAFANA_TIMEOUT'))
    .addOption(setting('DASHKEEP_ORGS'))
    .addHelpText(
      'after',
      `
Credentials for Grafana (environment only; each also as NAME_FILE):
  GRAFANA_API_TOKEN                              a service account token
  GRAFANA_API_TOKEN_ORG_<n>                      tokens of other organizations
  GRAFANA_ADMIN_USER + GRAFANA_ADMIN_PASSWORD    a server admin; needed for organizations and users`,
    );
}

/** Adds the options of every command of the service; the rest of its settings comes from the environment alone. */
export function addServiceOptions(command: Command): Command {
  return command.addOption(setting('GRAFANA_URL')).addOption(setting('DASHKEEP_STATE_DIR'));
}

/** Adds `--kinds`. @returns the same command */
export function withKinds(command: Command): Command {
  return command.addOption(setting('DASHKEEP_KINDS'));
}

/** Who asked for a run. */
export interface AskedBy {
  by?: string;
}

/** Adds `--by`. @returns the same command */
export function withBy(command: Command): Command {
  return command.option('--by <name>', 'name to record as the requester or author');
}

/** @returns who asked, or nothing; undefined members are left out */
export function askedBy({ by }: AskedBy): AskedBy {
  return by === undefined ? {} : { by };
}

/** Adds the value of an option that may be given several times. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}
