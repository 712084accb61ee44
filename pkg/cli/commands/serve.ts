import { DashkeepError } from '../../contract/errors.ts';
import { jsonLog } from '../../service/log.ts';
import { serve } from '../../service/serve.ts';
import type { Exit, Register } from '../command.ts';
import { warnOfIgnoredToken } from '../config/credentials.ts';
import { serviceConfig } from '../config/service.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withService } from '../options.ts';
import { VERSION, type CliContext } from '../context.ts';

/** Every variable by its whole name, so that it can be searched for. docs/settings.md says more of each. */
const ENVIRONMENT = `
Settings come from the environment. The settings page sets the rest. NAME_FILE names a file that contains the value.
  GRAFANA_URL                        address of Grafana
  GRAFANA_API_TOKEN, GRAFANA_API_TOKEN_ORG_<n>   its token, and those of other organizations (each also _FILE); by default the service creates one, see below
  DASHKEEP_GRAFANA_CA_FILE, DASHKEEP_GRAFANA_CONCURRENCY, DASHKEEP_GRAFANA_TIMEOUT
  DASHKEEP_ORGS                      all, or ids such as 1,2
The API, health and metrics:
  DASHKEEP_LISTEN, DASHKEEP_OPS_LISTEN   addresses of the API (127.0.0.1:3210) and of health and metrics (0.0.0.0:9464, or off)
  DASHKEEP_URL                       address at which Grafana reaches the API, if not the loopback address
  DASHKEEP_TLS_CERT_FILE, DASHKEEP_TLS_KEY_FILE   certificate and key of the API
  DASHKEEP_API_TOKEN, DASHKEEP_API_TOKEN_ORG_<n>   API tokens (each also _FILE; by default the service creates and replaces them)
  DASHKEEP_API_TOKEN_HOURS           age at which API tokens are replaced (24)
Target:
  DASHKEEP_TARGET                    s3://bucket/prefix or file:///directory
  DASHKEEP_S3_ENDPOINT, DASHKEEP_S3_FORCE_PATH_STYLE, DASHKEEP_S3_CA_FILE, DASHKEEP_S3_CHECKSUMS, DASHKEEP_S3_OBJECT_LOCK
  DASHKEEP_S3_ENCRYPTION, DASHKEEP_S3_BUCKET_OWNER, DASHKEEP_S3_STORAGE_CLASS, DASHKEEP_S3_TAGS, DASHKEEP_S3_TIMEOUT_SECONDS
  AWS_REGION, AWS_PROFILE, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE
  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN   each also _FILE
  DASHKEEP_FILE_ROOTS                directories in which the settings page may place a file:// target
  DASHKEEP_OUTBOUND_ALLOW            hosts and networks that the settings page may use
Backups, schedule and retention:
  DASHKEEP_KINDS, DASHKEEP_EXCLUDE_KINDS, DASHKEEP_SERVER_KINDS, DASHKEEP_PLAIN_COPIES, DASHKEEP_FULL_READ_EVERY
  DASHKEEP_SCHEDULE, DASHKEEP_VERIFY_SCHEDULE, DASHKEEP_PRUNE_SCHEDULE, DASHKEEP_DRILL_SCHEDULE   cron expressions, or off
  DASHKEEP_TIMEZONE, DASHKEEP_JITTER_SECONDS
  DASHKEEP_IGNORE_CLOCK=true         go on even if the clocks differ by more than five minutes
  DASHKEEP_KEEP_LAST, DASHKEEP_KEEP_HOURLY, DASHKEEP_KEEP_DAILY, DASHKEEP_KEEP_WEEKLY, DASHKEEP_KEEP_MONTHLY
  DASHKEEP_KEEP_YEARLY, DASHKEEP_KEEP_WITHIN   retention
  DASHKEEP_WEBHOOK_URL (also _FILE), DASHKEEP_WEBHOOK_FORMAT, DASHKEEP_WEBHOOK_EVENTS
Encryption and signatures:
  DASHKEEP_AGE_RECIPIENTS, DASHKEEP_AGE_IDENTITY, DASHKEEP_AGE_IDENTITY_FILE, DASHKEEP_AGE_PASSPHRASE (also _FILE)
  DASHKEEP_TRUSTED_KEYS              fingerprints of signing keys to trust
Admin Secret, to create the Grafana token:
  DASHKEEP_ADMIN_SECRET_DIR | DASHKEEP_ADMIN_SECRET | GRAFANA_ADMIN_USER + GRAFANA_ADMIN_PASSWORD (each also _FILE)
  DASHKEEP_ADMIN_USER_KEY, DASHKEEP_ADMIN_PASSWORD_KEY   names of its keys, if unusual
In Kubernetes:
  DASHKEEP_KUBERNETES=auto|off, DASHKEEP_KUBE_DIR, DASHKEEP_TOKEN_SECRET (grafana-backup), DASHKEEP_LEASE
  DASHKEEP_IMAGE, DASHKEEP_NETWORK_POLICY   for the doctor; set by the chart
The process:
  DASHKEEP_STATE_DIR                 directory for keys and settings outside Kubernetes
  DASHKEEP_LOG_LEVEL, DASHKEEP_STOP_SECONDS`;

/** Registers `dashkeep serve`. */
export const registerServe: Register = (program, run) => {
  withService(program.command('serve'))
    .description('run the service beside Grafana: token, schedule, API')
    .addHelpText('after', ENVIRONMENT)
    .action(run(runServe));
};

async function runServe(context: CliContext, flags: CommonFlags): Promise<Exit> {
  const { clock, randomness, signal } = context;
  const config = serviceConfig(context.environment, flags, VERSION);
  const log = jsonLog(config.logLevel, (line) => context.stdout.write(line));
  warnOfIgnoredToken(context.environment, log);
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
  // A service that is stopped was asked to stop: that is no interruption.
  return 0;
}
