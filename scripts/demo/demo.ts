import { mkdir, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { startGrafana } from '../../tests/support/grafana/index.ts';
import { startS3Server } from '../../tests/support/s3/server.ts';
import { ask, cleanEnvironment, show } from './cli.ts';
import { change } from './change.ts';
import { serve } from './serve.ts';

const DIRECTORY = resolve('build/demo');
const BUCKET = 'dashkeep-demo';

/**
 * The main job on embedded defaults: a simulated Grafana, a bucket, a backup, a bad day, and everything
 * back. Ends by serving the app until Ctrl-C; with --once it ends by itself.
 */
async function demo(once: boolean): Promise<void> {
  await rm(DIRECTORY, { recursive: true, force: true });
  await mkdir(DIRECTORY, { recursive: true });
  const grafana = await startGrafana({ profile: '13.2' });
  grafana.demoSeed();
  const s3 = await startS3Server({
    buckets: [{ name: BUCKET, versioning: true }],
    directory: `${DIRECTORY}/bucket`,
    record: false,
  });
  const environment = cleanEnvironment({
    ...s3.environment,
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token({ name: 'dashkeep', role: 'Admin' }),
    DASHKEEP_TARGET: `s3://${BUCKET}/grafana`,
    DASHKEEP_STATE_DIR: `${DIRECTORY}/state`,
  });
  console.log(`\nA simulated Grafana 13.2 (not a real one) answers at ${grafana.url},`);
  console.log(`an embedded S3 server at ${s3.url}.`);

  await show(environment, 'backup');
  console.log('\nSomeone has a bad day:');
  for (const line of await change(grafana)) {
    console.log(`  ${line}`);
  }
  const { snapshots } = await ask<{ snapshots: { id: string }[] }>(environment, 'snapshots');
  const before = snapshots[0]?.id ?? 'latest';
  await show(environment, 'backup');
  await show(environment, 'diff', before, 'latest');
  console.log(`\nRestore the state of ${before}: first the plan, which writes nothing, then the restore.`);
  await show(environment, 'restore', before, '--overwrite');
  await show(environment, 'restore', before, '--overwrite', '--apply');
  await show(environment, 'diff', before, 'live');
  await show(environment, 'verify', '--read-data');
  await show(environment, 'snapshots');

  console.log(`\nThe bucket is in ${DIRECTORY}/bucket; look into it with ls and zcat.`);
  console.log('Try it yourself while this runs:');
  for (const name of ['GRAFANA_URL', 'GRAFANA_API_TOKEN', 'DASHKEEP_TARGET', ...Object.keys(s3.environment)]) {
    console.log(`  export ${name}=${environment[name]}`);
  }
  console.log('  node build/dashkeep.mjs --help');
  const stop = async (): Promise<void> => {
    await s3.close();
    await grafana.close();
  };
  if (once) {
    await stop();
  } else {
    await serve(environment, grafana, DIRECTORY, stop);
  }
}

await demo(process.argv.includes('--once'));
