import { Option, type Command } from 'commander';

/** An option that can also come from the environment; help names both. */
export function setting(flags: string, description: string, environment: string): Option {
  return new Option(flags, description).env(environment);
}

/** Adds `--json`. @returns the same command */
export function withJson(command: Command): Command {
  return command.option('--json', 'one JSON document on standard output');
}

/** Where the repository is, and no more. */
export function withTargetUrl(command: Command): Command {
  return command.addOption(setting('--target <url>', 's3://bucket/prefix or file:///directory', 'DASHKEEP_TARGET'));
}

function withStateDir(command: Command): Command {
  return command.addOption(
    setting('--state-dir <path>', 'directory for keys and settings outside Kubernetes', 'DASHKEEP_STATE_DIR'),
  );
}

function withGrafanaUrl(command: Command): Command {
  return command.addOption(setting('--grafana-url <url>', 'address of Grafana', 'GRAFANA_URL'));
}

/** Where the repository is and how to read it. */
export function withTarget(command: Command): Command {
  return withJson(
    withStateDir(withTargetUrl(command))
      .addOption(setting('--age-recipients <list>', 'encrypt for these age recipients', 'DASHKEEP_AGE_RECIPIENTS'))
      .addOption(setting('--age-identity-file <path>', 'path of the age identity file', 'DASHKEEP_AGE_IDENTITY_FILE'))
      .addOption(
        setting('--trusted-keys <list>', 'additional trusted signing keys, by fingerprint', 'DASHKEEP_TRUSTED_KEYS'),
      )
      // Not a setting: a flag without a value would take any value of the variable for yes.
      .option(
        '--ignore-clock',
        'back up and restore even if the clocks differ by more than five minutes (env: DASHKEEP_IGNORE_CLOCK)',
      ),
  );
}

/** Which Grafana. Credentials come from the environment or files only, so that no process list shows them. */
export function withGrafana(command: Command): Command {
  return withGrafanaUrl(command)
    .addOption(
      setting('--grafana-ca-file <path>', 'additional certificate authorities (PEM)', 'DASHKEEP_GRAFANA_CA_FILE'),
    )
    .addOption(setting('--grafana-concurrency <n>', 'maximum concurrency (default 64)', 'DASHKEEP_GRAFANA_CONCURRENCY'))
    .addOption(setting('--grafana-timeout <ms>', 'request timeout in ms (default 30000)', 'DASHKEEP_GRAFANA_TIMEOUT'))
    .addOption(
      setting(
        '--orgs <list>',
        "'all', or ids such as 1,2 (default: all for a server admin, the token's own otherwise)",
        'DASHKEEP_ORGS',
      ),
    )
    .addHelpText(
      'after',
      `
Credentials for Grafana (environment only; each also as NAME_FILE):
  GRAFANA_API_TOKEN                              a service-account token
  GRAFANA_API_TOKEN_ORG_<n>                      tokens of other organizations
  GRAFANA_ADMIN_USER + GRAFANA_ADMIN_PASSWORD    a server admin; needed for organizations and users`,
    );
}

/** What every command of the service takes; the rest of its settings comes from the environment alone. */
export function withService(command: Command): Command {
  return withStateDir(withGrafanaUrl(command));
}

/** Adds `--kinds`. @returns the same command */
export function withKinds(command: Command): Command {
  return command.addOption(setting('--kinds <list>', 'only these kinds, comma-separated', 'DASHKEEP_KINDS'));
}

/** Who asked for a run. */
export interface AskedBy {
  by?: string;
}

/** Adds `--by`. @returns the same command */
export function withBy(command: Command): Command {
  return command.option('--by <name>', 'name of the requester, for the run record');
}

/** @returns who asked, or nothing; undefined members are left out */
export function askedBy({ by }: AskedBy): AskedBy {
  return by === undefined ? {} : { by };
}
