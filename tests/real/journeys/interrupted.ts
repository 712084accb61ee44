import { healthy, runCommand } from '../burn.ts';
import { json, type BackupReport, type Journey } from '../journey.ts';

/** So far into a backup that some kinds are read and others are not. */
const IN_THE_MIDDLE = 60;

export const restart: Journey = {
  name: 'restart',
  title: 'Grafana restarts in the middle of a backup, which waits and is complete',
  skipped: async ({ options }) => (options.restart === undefined ? 'no --restart command' : undefined),
  async run(stage) {
    await stage.snapshot();
    const { proxy, product, grafana, options } = stage;
    let restarted: Promise<void> | undefined;
    proxy.clear();
    proxy.before(IN_THE_MIDDLE, async () => {
      // The request that came at this moment is cut, and no new connection is taken until Grafana is back.
      restarted = (async () => {
        await proxy.close();
        await runCommand(options.restart ?? '');
        await healthy(grafana);
        await proxy.open();
      })();
      await restarted;
    });
    const ran = await product.run(['backup', '--full-read-every', '1', '--json']);
    await restarted;
    stage.check('Grafana was restarted in the middle', restarted !== undefined, [`only ${proxy.requests} requests`]);
    stage.checkExit('backup', ran);
    if (ran.stdout !== '') {
      const { status, errors } = json<BackupReport>(ran);
      stage.check('the snapshot is complete', status === 'complete', [
        `${status}, ${errors.length} errors`,
        ...errors.slice(0, 5).map(({ kind, uid, reason }) => `${kind} ${uid}: ${reason}`),
      ]);
    }
  },
};

/** Requests under way when the token is revoked may still come; a kind or two later it must have stopped. */
const MOST_AFTER = 64;

export const revoked: Journey = {
  name: 'revoked-token',
  title: 'A token that is revoked in the middle of a backup ends it, with one line that says why',
  async run(stage) {
    await stage.snapshot();
    const { grafana, proxy, product } = stage;
    const account = await grafana.post<{ id: number }>('/api/serviceaccounts', { name: 'real-revoked', role: 'Admin' });
    const { key } = await grafana.post<{ key: string }>(`/api/serviceaccounts/${account.id}/tokens`, { name: 'once' });
    let revokedAt = 0;
    proxy.clear();
    proxy.before(IN_THE_MIDDLE, async () => {
      revokedAt = proxy.requests;
      await grafana.delete(`/api/serviceaccounts/${account.id}`);
    });
    const ran = await product.run(['backup', '--full-read-every', '1'], {
      GRAFANA_ADMIN_USER: undefined,
      GRAFANA_ADMIN_PASSWORD: undefined,
      GRAFANA_API_TOKEN: key,
      DASHKEEP_ORGS: undefined,
    });
    stage.check('the token was revoked in the middle', revokedAt > 0, [`only ${proxy.requests} requests`]);
    const refused = proxy.refusals.filter(({ status }) => status === 401).length;
    stage.check('it does not go on asking with a token that is gone', refused <= MOST_AFTER, [
      `${refused} requests were answered 401`,
    ]);
    const lines = ran.stdout.split('\n').map((text) => text.slice(0, 300));
    const complete = lines.some((text) => / is complete: /.test(text));
    stage.check('no snapshot is published as complete', ran.code !== 0 && !complete, [
      `exit code ${ran.code}`,
      ...lines,
    ]);
    const causes = lines.filter((text) => text.startsWith('not read: '));
    stage.check('one line per cause', causes.length <= 1, causes);
    stage.check('the message says that the token is refused', /token|401|credential/i.test(ran.stderr + ran.stdout), [
      ran.stderr.slice(-800),
    ]);
  },
};
