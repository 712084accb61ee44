import { once } from 'node:events';
import { compare, line, type Loss } from '../dump/compare.ts';
import type { Dump } from '../dump/entries.ts';
import { LOSSES, LOSSES_BELOW_12 } from '../dump/losses.ts';
import { alertmanager } from '../fill/fill.ts';
import type { Grafana } from '../grafana.ts';
import type { Journey, Stage } from '../journey.ts';
import type { Ran } from '../product.ts';
import { secondOrg } from './as-copy.ts';
import { breakDashboard, deleteContactPoints, deleteFolder } from './bad-day.ts';

/** How a restore is ended; `twice` by a second signal, after which nothing is written any more. */
const ENDINGS: readonly { signal: NodeJS.Signals; twice?: boolean }[] = [
  { signal: 'SIGKILL' },
  { signal: 'SIGINT' },
  { signal: 'SIGTERM' },
  { signal: 'SIGKILL' },
  { signal: 'SIGINT', twice: true },
];

/** One of this number of moments is before anything is written. */
const ONE_BEFORE = 6;

/** One of this number of moments has a second organization to create, which an undo keeps. */
const ONE_OF_ORGANIZATION = 5;

const SECOND_SIGNAL_MS = 400;

/** Below Grafana 12, a dashboard is saved before its library panels are linked to it, which a cut connection ends. */
const LOSSES_OF_CUTS: readonly Loss[] = [
  ...LOSSES_BELOW_12,
  { kind: 'library-panel', field: /^connectedDashboards$/, why: 'Grafana had not counted the dashboard yet' },
];

export const stopped: Journey = {
  name: 'stopped-restore',
  title: 'A restore is ended at many moments: what it prints is true, and it can be finished and undone',
  async run(stage) {
    const { id } = await stage.snapshot();
    const { proxy, options } = stage;
    const [major] = await stage.grafana.version();
    const losses = major < 12 ? LOSSES_OF_CUTS : LOSSES;
    const before = await stage.dump();
    await damage(stage.grafana);
    const confirmed = await confirmation(stage, restoreOf(id));
    proxy.clear();
    stage.checkExit(
      'a restore that is not ended',
      await stage.product.run([...restoreOf(id), ...confirmed, '--apply']),
    );
    const { requests: all, firstWrite = 1 } = proxy;
    stage.say(`  ${all} requests, the first that writes is number ${firstWrite}`);
    stage.checkEqual('restored', before, await stage.dump(), losses);
    for (let moment = 0; moment < options.moments; moment++) {
      const part = (moment + 0.5) / options.moments;
      const isBefore = moment % ONE_BEFORE === 1;
      const at = isBefore ? 1 + Math.floor(part * firstWrite) : firstWrite + Math.floor(part * (all - firstWrite));
      await stopAt(stage, { id, moment, at, before, losses });
    }
  },
};

/** What happened before the restore: something is gone, changed or widened, in each of the organizations. */
async function damage(grafana: Grafana): Promise<void> {
  for (const org of [grafana, grafana.in(await secondOrg(grafana))]) {
    await org.post('/api/folders/real-narrow/permissions', { items: [{ role: 'Viewer', permission: 4 }] });
    await breakDashboard(org, 'real-root');
    await deleteFolder(org, 'real-business');
  }
  await deleteContactPoints(grafana);
  await grafana.delete('/api/datasources/uid/real-loki');
}

/** With what is public in it, which Grafana would keep, and with it the links that a restore needs. */
async function deleteSecondOrg(grafana: Grafana): Promise<void> {
  const id = await secondOrg(grafana);
  const org = grafana.in(id);
  for (const { key } of await org.get<{ key: string }[]>('/api/dashboard/snapshots?limit=1000')) {
    await org.delete(`/api/snapshots/${key}`);
  }
  const { publicDashboards } = await org.get<{ publicDashboards: { uid: string; dashboardUid: string }[] }>(
    '/api/dashboards/public-dashboards?perpage=1000',
  );
  for (const { uid, dashboardUid } of publicDashboards) {
    await org.delete(`/api/dashboards/uid/${dashboardUid}/public-dashboards/${uid}`);
  }
  await grafana.delete(`/api/orgs/${id}`);
}

const restoreOf = (id: string): string[] => ['restore', id, '--everything', '--overwrite'];

async function stopAt(
  stage: Stage,
  { id, moment, at, before, losses }: { id: string; moment: number; at: number; before: Dump; losses: readonly Loss[] },
): Promise<void> {
  const { grafana, product, proxy } = stage;
  const { signal, twice = false } = ENDINGS[moment % ENDINGS.length]!;
  const isOfOrganization = moment % ONE_OF_ORGANIZATION === 3;
  const way = moment % 2 === 0 || isOfOrganization ? 'finish' : 'undo';
  const name = `${moment + 1}, ${signal}${twice ? ' twice' : ''} at request ${at}, ${way}`;
  await damage(grafana);
  if (isOfOrganization) {
    await deleteSecondOrg(grafana);
  }
  const damaged = await stage.dump();
  const confirmed = await confirmation(stage, restoreOf(id));
  proxy.clear();
  const ran = await product.run([...restoreOf(id), ...confirmed, '--apply'], {}, (child) => {
    proxy.before(at, async () => {
      child.kill(signal);
      if (signal === 'SIGKILL') {
        await once(child, 'exit');
      } else if (twice) {
        setTimeout(() => child.kill(signal), SECOND_SIGNAL_MS).unref();
      }
    });
  });
  const after = await settledDump(stage);
  const changed = compare(damaged, after);
  const runs = await product.run(['runs']);
  const said = `${ran.stdout}\n${ran.stderr}\n${runs.stdout}\n${runs.stderr}`;
  const evidence = [ran.stderr.slice(-1500), runs.stdout.slice(0, 600), runs.stderr.slice(-1500)];
  stage.say(`  ${name}: exit code ${ran.code}, ${proxy.writes.length} writes, ${changed.length} fields differ`);
  if (ran.code === 0) {
    stage.check(`${name}: it had come to its end`, compare(before, after, losses).length === 0, evidence);
  } else {
    const finish = /^To finish it: dashkeep (.+)$/m.exec(said)?.[1];
    const undo = /^To undo it: dashkeep (.+)$/m.exec(said)?.[1];
    const isTold = changed.length === 0 || (finish !== undefined && undo !== undefined);
    stage.check(`${name}: what was changed can be finished and undone`, isTold, [...evidence, ...changed.map(line)]);
    const [, written = '0'] = /(\d+) of \d+ resources?(?: and permissions)? written/.exec(said) ?? [];
    const [, more = '0'] = /, (\d+) more may have been written/.exec(said) ?? [];
    const isCounted = changed.length === 0 || Number(written) + Number(more) > 0;
    stage.check(`${name}: it counts what it changed`, isCounted, evidence);
    const command = way === 'finish' ? (finish ?? [...restoreOf(id), '--apply'].join(' ')) : undo;
    if (command !== undefined) {
      const done = await confirmedRun(stage, command.split(' '));
      stage.checkExit(`${name}: ${way}`, done);
    }
  }
  const wanted = way === 'finish' || ran.code === 0 ? before : damaged;
  const equal = stage.checkEqual(`${name}: equal`, wanted, await settledDump(stage), losses);
  const left = await product.run(['runs']);
  // A restore that wrote nothing has nothing to undo, and may still be finished.
  const isDone = ran.code === 0 || changed.length === 0 || !/To finish it/.test(left.stderr);
  stage.check(`${name}: nothing is left to do`, isDone, [left.stderr]);
  if (way === 'undo' || !equal) {
    stage.checkExit(`${name}: restored for the next`, await confirmedRun(stage, [...restoreOf(id), '--apply']));
  }
}

/** A dump once Grafana has made the Alertmanager of each organization, which may be new. */
async function settledDump(stage: Stage): Promise<Dump> {
  const { grafana } = stage;
  for (const { id } of await grafana.get<{ id: number }[]>('/api/orgs?perpage=1000')) {
    await alertmanager(grafana.in(id));
  }
  return stage.dump();
}

/** What the plan of a restore asks to be confirmed, as options. */
async function confirmation({ product }: Stage, restore: readonly string[]): Promise<string[]> {
  const { stdout } = await product.run([...restore, '--json']);
  const { confirm } = JSON.parse(stdout === '' ? '{}' : stdout) as { confirm?: string };
  return confirm === undefined ? [] : ['--confirm', confirm];
}

/** Runs a command as it was printed, with the confirmation that its plan asks for. */
async function confirmedRun(stage: Stage, command: readonly string[]): Promise<Ran> {
  const restore = command.filter((word) => word !== '--apply');
  return stage.product.run([...restore, ...(await confirmation(stage, restore)), '--apply']);
}
