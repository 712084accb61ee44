import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from '../../support/cli.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { eventually } from '../../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let service: TestService;
let target: string;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 3, folders: 1 });
  directory = await temporaryDirectory();
  target = `file://${directory.path}/second`;
});
afterEach(async () => {
  await stop();
  await Promise.all([grafana.close(), directory.remove()]);
});

async function stop(): Promise<void> {
  await service.stop();
  await removeDirectory(service.directory);
}

/** A new service with its own state backs up and copies. @returns what the status says of the copy */
async function copiedByNewService(): Promise<{ code: string; message: string; hint: string }[]> {
  service = await startService({
    grafanaUrl: grafana.url,
    clock: fastClock(10),
    environment: { ...fewKinds(), DASHKEEP_COPY_TARGET: target },
  });
  return copied(1);
}

async function copied(count: number): Promise<{ code: string; message: string; hint: string }[]> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  await service.ended(json.id);
  await eventually('a copy', async () => {
    const end = service.runEnd();
    const { items } = (await service.call('GET', '/runs?kind=copy')).json;
    const ended = items.filter((run: { finished?: string }) => run.finished !== undefined);
    return ended.length >= count ? true : void (await end);
  });
  const { warnings } = (await service.call('GET', '/status')).json;
  return warnings.filter(({ message }: { message: string }) => message.includes('second copy'));
}

it('the copies of a lost service are untrusted, and the status says how to trust them', async () => {
  expect(await copiedByNewService()).toEqual([]);
  await stop();
  const [warning] = await copiedByNewService();
  const signer = /only by (\w{32})/.exec(warning?.message ?? '')?.[1] ?? '';
  expect(warning?.hint).toContain(`dashkeep trust ${signer} --target ${target}`);
  expect(warning?.hint).toContain(`dashkeep keys --target ${target}`);
  expect(warning?.message).toMatch(/second copy, on \d{4}-\d\d-\d\dT/);
  const place = ['--target', target, '--state-dir', `${service.directory}/state`];
  expect(await runCli(['trust', signer, ...place], {})).toMatchObject({ exit: 0 });
  expect(await copied(2)).toEqual([]);
});
