import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure, type Measured } from '../measure/process.ts';
import type { World } from '../servers/world.ts';
import { inFiles } from '../target/files.ts';
import type { Completeness } from '../types.ts';

/** A tool of somebody else that backs up dashboards. */
export interface Peer {
  name: string;
  /** Why it cannot run here; undefined when it can. */
  missing: string | undefined;
  /** How many dashboards it is measured on at most; as many as other slow tools when not given. */
  atMost?: number;
  /** How many dashboards it sees, however many there are. */
  reaches?: number;
  backup(world: World): Promise<Measured>;
  /** Counted from what is in the bucket. */
  kept(world: World, uids: readonly string[]): Completeness;
}

/** Hits of Grafana's search if no limit is set. */
const SEARCH_LIMIT = 1000;
const RECIPE = fileURLToPath(new URL('./recipe.sh', import.meta.url));

export const PEERS: Peer[] = [
  backupTool('ysde/grafana-backup-tool', 'DASHKEEP_BENCH_YSDE'),
  backupTool('DuraCHYo/grafana-backup-tool', 'DASHKEEP_BENCH_DURACHYO'),
  recipe('recipe/aws', 'DASHKEEP_BENCH_AWS'),
  recipe('recipe/curl', undefined),
];

/**
 * grafana-backup-tool and its fork are run alike. The variable names the program `grafana-backup` of an installation.
 */
function backupTool(name: string, variable: string): Peer {
  const program = process.env[variable];
  return {
    name,
    missing: program === undefined ? `${variable} is not set` : undefined,
    backup: (world) => {
      const cwd = mkdtempSync(join(world.directory, 'peer-'));
      const env = {
        ...world.environment,
        GRAFANA_TOKEN: world.grafana.token,
        BACKUP_DIR: join(cwd, 'out'),
        DEBUG: 'false',
        // Its check asks for what Grafana 12 took away.
        API_AUTH_CHECK: 'false',
        AWS_S3_BUCKET_NAME: 'bench',
        AWS_S3_BUCKET_KEY: 'archives',
        AWS_DEFAULT_REGION: world.bucket.environment['AWS_REGION'] ?? '',
        AWS_ENDPOINT_URL: world.bucket.environment['DASHKEEP_S3_ENDPOINT'] ?? '',
        AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required',
      };
      return measure({ file: program ?? '', args: ['save', '--components=dashboards,folders'], env, cwd });
    },
    kept(world, uids) {
      const unpacked = mkdtempSync(join(world.directory, 'unpacked-'));
      for (const key of world.bucket.keys().filter((one) => one.startsWith('archives/'))) {
        execFileSync('tar', ['-xzf', join(world.bucket.objects, key), '-C', unpacked]);
      }
      return inFiles(unpacked, uids);
    },
  };
}

/**
 * The script that many clusters run as a CronJob; the copy is made by `aws s3 cp`, or by curl where there is no aws.
 */
function recipe(name: string, variable: string | undefined): Peer {
  const aws = variable === undefined ? '' : process.env[variable];
  return {
    name,
    missing: aws === undefined ? `${variable} is not set` : undefined,
    // Starting `aws` takes half a second of processor time. The other copy is measured whole, to count what is lost.
    atMost: aws === '' ? Infinity : 50,
    reaches: SEARCH_LIMIT,
    backup: (world) => {
      const cwd = mkdtempSync(join(world.directory, 'peer-'));
      const env = {
        ...world.environment,
        AWS: aws ?? '',
        S3_URL: world.bucket.environment['DASHKEEP_S3_ENDPOINT'] ?? '',
        BUCKET: 'bench',
      };
      return measure({ file: 'bash', args: [RECIPE], env, cwd });
    },
    kept: (world, uids) => {
      const directory = join(world.bucket.objects, 'grafana-backups');
      mkdirSync(directory, { recursive: true });
      return inFiles(directory, uids);
    },
  };
}
