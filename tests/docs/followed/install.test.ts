import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { depth } from '../../support/budget.ts';
import { startS3Server } from '../../support/s3/server.ts';
import { freePort } from '../../support/servers/listening.ts';
import { blocksOf, fences, holding, ROOT } from '../pages.ts';
import { startReader, type Reader } from '../reader.ts';

let reader: Reader;

// Each page starts the program many times.
describe.runIf(depth() === 'all')('the guides without Kubernetes, followed by a reader', () => {
  beforeAll(async () => {
    reader = await startReader();
  });

  afterAll(() => reader.leave());

  it('docs/install/classic-script.md: from cron, into the script’s own bucket', async () => {
    const bucket = await startS3Server({ buckets: ['my-bucket'] });
    const blocks = await blocksOf('docs/install/classic-script.md', {
      'http://localhost:3000': reader.grafana.url,
      'glsa_…': reader.environment['GRAFANA_API_TOKEN'] ?? '',
    });
    const { code, text } = await reader.shell(holding(blocks, 'dashkeep backup\n'), bucket.environment);
    await bucket.close();
    expect(code, text).toBe(0);
    expect(text).toMatch(/snapshot \S+ is complete/);
  });

  it('docs/install/outside-kubernetes.md: backups only', async () => {
    const blocks = await blocksOf('docs/install/outside-kubernetes.md', {
      'http://localhost:3000': reader.grafana.url,
      'glsa_…': reader.environment['GRAFANA_API_TOKEN'] ?? '',
      '$HOME/grafana-backups': join(reader.directory, 'laptop'),
    });
    const { code, text } = await reader.shell(holding(blocks, 'dashkeep backup\n'), {});
    expect(code, text).toBe(0);
    expect(text).toMatch(/snapshot \S+ is complete/);
  });

  it('docs/install/outside-kubernetes.md: the service', async () => {
    const [etc, state] = [join(reader.directory, 'etc'), join(reader.directory, 'state')];
    // Nobody but this user is here, and no systemd.
    const replaced = { '-o dashkeep ': '', '/etc/dashkeep': etc, '/var/lib/dashkeep': state, '/usr/local/bin/': '' };
    const blocks = await blocksOf('docs/install/outside-kubernetes.md', replaced);
    const page = await readFile(join(ROOT, 'docs/install/outside-kubernetes.md'), 'utf8');
    const [settings = ''] = fences(page).flatMap(({ text }) => (text.startsWith('GRAFANA_URL=') ? [text] : []));
    const own = settings
      .replace('http://localhost:3000', reader.grafana.url)
      .replaceAll('/etc/dashkeep', etc)
      .replace('/var/lib/dashkeep', state)
      // Where no other page's machine has signed anything.
      .replace('s3://my-bucket/grafana', 's3://my-bucket/grafana-of-a-service')
      .replace(/AWS_REGION=.*/, `AWS_REGION=${reader.s3.environment['AWS_REGION']}`);
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key, AWS_REGION: _, ...where } = reader.s3.environment;
    await mkdir(join(reader.directory, '.aws'));
    await writeFile(
      join(reader.directory, '.aws/credentials'),
      `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${key}\n`,
    );
    const ops = `127.0.0.1:${await freePort()}`;
    const script = `sudo() { if [ "$1" = -u ]; then shift 2; fi; "$@"; }
      useradd() { :; }
      ${holding(blocks, 'useradd')}
      echo admin > ${etc}/admin-password
      cat > ${etc}/dashkeep.env <<'END'\n${own}END
      ${holding(blocks, 'set -a')}
      (set -a; . ${etc}/dashkeep.env; exec dashkeep serve) & service=$!
      trap 'kill $service' EXIT
      until node -e "fetch('http://${ops}/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"; do sleep 0.2; done
      until dashkeep snapshots | grep -q complete; do sleep 0.2; done
      ${holding(blocks, 'dashkeep keys')}
      kill $service
      wait $service
      trap - EXIT
      stat -c '%a %n' ${etc} ${etc}/*`;
    const { code, text } = await reader.shell(script, {
      ...where,
      DASHKEEP_LISTEN: '127.0.0.1:0',
      DASHKEEP_OPS_LISTEN: ops,
    });
    expect(code, text).toBe(0);
    expect(text).toMatch(/^ok +token: none yet/m);
    expect(text).not.toMatch(/^(?:warn|FAILED)/m);
    expect(text).toMatch(/^[0-9a-f]{32} .*signs here/m);
    expect(text).toContain(`700 ${etc}\n600 ${etc}/admin-password\n600 ${etc}/dashkeep.env\n600 ${etc}/s3-credentials`);
  });
});
