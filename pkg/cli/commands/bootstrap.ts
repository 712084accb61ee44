import { compact } from '../../contract/compact.ts';
import { asDashkeepError, DashkeepError } from '../../contract/errors.ts';
import { bootstrap } from '../../service/bootstrap/bootstrap.ts';
import { AdminRefused } from '../../service/bootstrap/problems.ts';
import type { Bootstrapped, BootstrapOptions } from '../../service/bootstrap/types.ts';
import { apiTokensOf } from '../../service/token-sources.ts';
import { createFoundation } from '../../service/serve.ts';
import type { Exit, Register } from '../command.ts';
import { Configuration } from '../config/configuration.ts';
import { serviceConfig } from '../config/service.ts';
import type { CommonFlags } from '../config/settings.ts';
import { setting, withJson, addServiceOptions } from '../options.ts';
import { printJson, printLine } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { VERSION, type CliContext } from '../context.ts';

/** Registers `dashkeep bootstrap`. */
export const registerBootstrap: Register = (program, run) => {
  withJson(addServiceOptions(program.command('bootstrap')))
    .description(
      'create a Grafana token with the admin Secret and store it, unless the stored token is valid and does not expire soon',
    )
    .addOption(setting('DASHKEEP_BOOTSTRAP_WAIT'))
    .addOption(setting('DASHKEEP_TOKEN_DAYS'))
    .addOption(setting('DASHKEEP_IGNORE_CLOCK'))
    .action(run(runBootstrap));
};

async function runBootstrap(context: CliContext, flags: CommonFlags): Promise<Exit> {
  const { clock, randomness, log, environment } = context;
  const config = serviceConfig(environment, flags, VERSION);
  const configuration = new Configuration(environment, flags);
  const days = configuration.get('DASHKEEP_TOKEN_DAYS');
  const { state, admin } = await createFoundation(config, { clock, randomness, log });
  const tokens = apiTokensOf(config, { admin, state, clock, randomness, log });
  await tokens.load();
  const done = await patiently(
    context,
    configuration.get('DASHKEEP_BOOTSTRAP_WAIT'),
    compact({
      grafanaUrl: config.grafana.url,
      grafanaCaFile: config.grafana.caFile,
      admin,
      adminKeys: config.admin.keys,
      orgIds: config.orgIds,
      allOrgs: config.settings.get('scope.orgs')?.value === 'all',
      tokenSeconds: days === undefined ? undefined : 86_400 * days,
      // Only where there is a service that the app could reach.
      app: config.url === undefined ? undefined : { url: config.url, tokens },
      checksPermissions: true,
      ignoreClock: config.ignoreClock,
      state,
      clock,
      randomness,
      log,
    }),
  );
  print(context, flags, done);
  return done.failed.length === 0 ? 0 : 3;
}

const PAUSE_MS = 2_000;

/** Waits for a Grafana that is not up yet; everything else fails immediately, so that Kubernetes shows it. */
async function patiently(context: CliContext, seconds: number, options: BootstrapOptions): Promise<Bootstrapped> {
  const until = context.clock.monotonic() + seconds * 1000;
  for (;;) {
    try {
      return await bootstrap(options, context.signal);
    } catch (error) {
      const { code } = asDashkeepError(error);
      const away = ['DK_GRAFANA_UNREACHABLE', 'DK_GRAFANA_TIMEOUT', 'DK_GRAFANA_FAILED'].includes(code);
      if (error instanceof AdminRefused || !away || context.clock.monotonic() + PAUSE_MS > until) {
        throw error instanceof DashkeepError ? error : asDashkeepError(error);
      }
      context.log.info({ code }, 'waiting for Grafana');
      await context.clock.sleep(PAUSE_MS, context.signal);
    }
  }
}

function print(context: CliContext, flags: CommonFlags, { orgs, failed }: Bootstrapped): void {
  const shown = orgs.map(({ org, expires, minted, lacks, app }) =>
    compact({ org, minted, expires: expires?.toISOString(), lacks, app }),
  );
  if (flags.json === true) {
    printJson(context, { orgs: shown, failed: failed.map(({ org, problem }) => ({ org, reason: problem.message })) });
    return;
  }
  for (const { org, minted, expires, lacks = [] } of shown) {
    const end = expires === undefined ? '' : `, valid until ${expires}`;
    printLine(context, `org ${org}: ${minted ? 'a new token is stored' : 'the stored token works'}${end}`);
    if (lacks.length > 0) {
      const named = lacks.join(', ');
      printLine(
        context,
        `  The token lacks permissions that a backup needs: ${named}. Give its service account the Admin role.`,
      );
    }
  }
  for (const { org, problem } of failed) {
    printLine(context, printable(`org ${org}: no token: ${problem.message}`));
  }
}
