import { DashkeepError } from '../../contract/errors.ts';
import { jsonLog } from '../../sidecar/log.ts';
import { serve } from '../../sidecar/serve.ts';
import type { Exit, Register } from '../command.ts';
import { serviceConfig } from '../config/service.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withService } from '../options.ts';
import { VERSION, type World } from '../world.ts';

const ENVIRONMENT = `
Settings come from the environment, and for what that leaves open from the settings page:
  GRAFANA_URL                                    where Grafana answers
  DASHKEEP_LISTEN, DASHKEEP_OPS_LISTEN           addresses of the API (127.0.0.1:3210) and of health and metrics (0.0.0.0:9464, or off)
  DASHKEEP_URL                                   how Grafana reaches the API, where that is not the loopback address
  DASHKEEP_API_TOKEN                             token of the API (made up and stored when not given)
  DASHKEEP_TARGET, DASHKEEP_S3_ENDPOINT, AWS_*   where backups go
  DASHKEEP_SCHEDULE, DASHKEEP_VERIFY_SCHEDULE, DASHKEEP_PRUNE_SCHEDULE, DASHKEEP_DRILL_SCHEDULE   cron expressions, or off
  DASHKEEP_TIMEZONE, DASHKEEP_JITTER_SECONDS
  DASHKEEP_KEEP_LAST, _HOURLY, _DAILY, _WEEKLY, _MONTHLY, _YEARLY, _WITHIN   retention
  DASHKEEP_AGE_RECIPIENTS, DASHKEEP_AGE_IDENTITY_FILE
  DASHKEEP_WEBHOOK_URL, DASHKEEP_WEBHOOK_FORMAT, DASHKEEP_WEBHOOK_EVENTS
The token for Grafana is given (GRAFANA_API_TOKEN) or made from the admin Secret:
  DASHKEEP_ADMIN_SECRET_DIR | DASHKEEP_ADMIN_SECRET | GRAFANA_ADMIN_USER + GRAFANA_ADMIN_PASSWORD
  DASHKEEP_ADMIN_USER_KEY, DASHKEEP_ADMIN_PASSWORD_KEY   names of its keys, where they are unusual
In Kubernetes:
  DASHKEEP_KUBERNETES=auto|off, DASHKEEP_KUBE_DIR, DASHKEEP_TOKEN_SECRET (grafana-backup), DASHKEEP_LEASE`;

export const registerServe: Register = (program, run) => {
  withService(program.command('serve'))
    .description('run the service beside Grafana: token, schedule, API')
    .addHelpText('after', ENVIRONMENT)
    .action(run(runServe));
};

async function runServe(world: World, flags: CommonFlags): Promise<Exit> {
  const { clock, randomness, signal } = world;
  const config = serviceConfig(world.environment, flags, VERSION);
  const log = jsonLog(config.logLevel, (line) => world.stdout.write(line));
  const running = await serve(config, { clock, randomness, log });
  log.info({ api: running.url, ops: running.opsUrl }, 'listening');
  await new Promise<void>((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await running.stop();
  if (!(signal.reason instanceof DashkeepError)) {
    throw signal.reason;
  }
  // Stopping a service is what it is told to do, not an interruption.
  return 0;
}
