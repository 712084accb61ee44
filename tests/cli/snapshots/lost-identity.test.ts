import { generateIdentity, identityToRecipient } from 'age-encryption';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ReadinessLine } from '../../../pkg/contract/api/readiness.ts';
import type { DoctorCheck } from '../../../pkg/contract/api/status.ts';
import { reason, sentenceOf } from '../../../pkg/contract/reasons/catalogue.ts';
import { call } from '../../simulator/http.ts';
import { runMain } from '../../support/cli.ts';
import { keepDirectory, temporaryDirectory, type KeptDirectory } from '../../support/directories.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let kept: KeptDirectory;
let restoreGrafana: () => void;
let environment: Record<string, string>;
let [first, second, firstRecipient, secondRecipient] = ['', '', '', ''];

beforeAll(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  grafana.seedDashboards({ count: 40, folders: 1, v2Share: 0 });
  directory = await temporaryDirectory();
  [first, second] = [await generateIdentity(), await generateIdentity()];
  [firstRecipient, secondRecipient] = [await identityToRecipient(first), await identityToRecipient(second)];
  environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token({ role: 'Admin' }),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_KUBERNETES: 'off',
    DASHKEEP_AGE_RECIPIENTS: firstRecipient,
    ...fewKinds(),
  };
  expect((await runMain(['backup'], environment)).exit).toBe(0);
  restoreGrafana = grafana.keep();
  kept = await keepDirectory(directory);
});
beforeEach(async () => {
  restoreGrafana();
  await kept.restore();
});
afterAll(async () => {
  await Promise.all([grafana.close(), directory.remove(), kept.remove()]);
});

async function keyCheck(more: Record<string, string>): Promise<DoctorCheck[]> {
  const { json } = await runMain(['doctor', '--json'], { ...environment, ...more });
  return (json.checks as DoctorCheck[]).filter(({ name }) => name === 'private key');
}

async function keyLine(more: Record<string, string>): Promise<ReadinessLine | undefined> {
  const { json } = await runMain(['readiness', '--json'], { ...environment, ...more });
  return (json.evidence as ReadinessLine[]).find(({ code }) => code === 'private-key');
}

it('after a lost identity, the next backup is one that the new identity restores, and not called a mass change', async () => {
  const replaced = { DASHKEEP_AGE_RECIPIENTS: secondRecipient, DASHKEEP_AGE_IDENTITY: second };
  // What only reads uses no new key.
  for (const command of ['snapshots', 'runs']) {
    expect((await runMain([command], { ...environment, ...replaced })).error).not.toContain('new key');
  }
  const backup = await runMain(['backup'], { ...environment, ...replaced });
  expect(backup.exit, backup.out + backup.error).toBe(3);
  expect(backup.out).toContain(`warning: ${sentenceOf(reason('recipients-replaced'))}\nSet DASHKEEP_AGE_RECIPIENTS to`);
  expect(backup.error).toContain('none of the age recipients can read the existing objects');
  const { json } = await runMain(['runs', '--json'], { ...environment, ...replaced });
  const uncounted = expect.stringMatching(/^changes since snapshot \S+ were not counted/);
  expect(json.runs[0].warnings).toEqual([uncounted, sentenceOf(reason('recipients-replaced'))]);
  expect((await runMain(['verify', '--read-data', 'latest'], { ...environment, ...replaced })).out).not.toContain(
    'damaged',
  );
  expect(await keyCheck(replaced)).toEqual([]);
  const restore = await runMain(['restore', 'latest', '--overwrite', '--apply'], { ...environment, ...replaced });
  expect(restore.exit, restore.out + restore.error).toBe(0);
  expect((await runMain(['backup'], { ...environment, ...replaced })).exit).toBe(0);
});

it('on a new machine, the first backup for other recipients than the owner of the identity exits with 3', async () => {
  const wrong = { DASHKEEP_AGE_RECIPIENTS: secondRecipient, DASHKEEP_AGE_IDENTITY: first };
  const fresh = { ...environment, ...wrong, DASHKEEP_STATE_DIR: `${directory.path}/fresh` };
  const { exit, out, error } = await runMain(['backup'], fresh);
  expect(exit, out + error).toBe(3);
  expect(out).toContain(sentenceOf(reason('recipients-replaced')));
  expect(error).toContain('none of the age recipients can read the existing objects');
});

it('on a new machine, without the folder of the keys, the first backup exits with 3, and the next with 0', async () => {
  await rm(`${directory.path}/repository/keys`, { recursive: true });
  const fresh = { ...environment, DASHKEEP_STATE_DIR: `${directory.path}/fresh` };
  const other = { ...fresh, DASHKEEP_AGE_RECIPIENTS: secondRecipient };
  const { exit, out, error } = await runMain(['backup'], other);
  expect(exit, out + error).toBe(3);
  expect(out).toContain(sentenceOf(reason('recipients-replaced')));
  expect(error).toContain('contains encrypted snapshots, but not their key');
  expect((await runMain(['backup'], other)).exit).toBe(0);
});

it('under a new key, only what was overwritten counts as changed, as far as the given identity decrypts the earlier backup', async () => {
  const third = await identityToRecipient(await generateIdentity());
  const replaced = { DASHKEEP_AGE_RECIPIENTS: secondRecipient, DASHKEEP_AGE_IDENTITY: first };
  const same = await runMain(['backup'], { ...environment, ...replaced });
  expect(same.exit, same.out + same.error).toBe(3);
  expect(same.out + same.error).not.toMatch(/unusually|cannot be compared|were not counted/);

  for (const uid of [...grafana.state.org(1).dashboards.keys()].slice(0, 25)) {
    const body = { dashboard: { uid, title: `Overwritten ${uid}`, panels: [] }, overwrite: true };
    expect((await call(grafana, 'admin:admin', 'POST /api/dashboards/db', body, {})).status).toBe(200);
  }
  const again = { DASHKEEP_AGE_RECIPIENTS: third, DASHKEEP_AGE_IDENTITY: second };
  const { exit, json } = await runMain(['backup', '--json'], { ...environment, ...again });
  expect(exit).toBe(3);
  expect(json.shrunk.overwritten).toEqual([{ org: 1, kind: 'dashboard', before: 41, changed: 25 }]);
});

it('as long as an added recipient cannot read what is reused, each backup, the doctor and readiness say so', async () => {
  const added = { DASHKEEP_AGE_RECIPIENTS: `${firstRecipient},${secondRecipient}` };
  const said = `cannot read some existing objects that new snapshots also use: ${secondRecipient}`;
  for (let run = 0; run < 2; run++) {
    expect((await runMain(['backup'], { ...environment, ...added })).error).toContain(said);
  }
  expect(await keyCheck(added)).toMatchObject([{ status: 'warning', detail: expect.stringContaining(said) }]);
  expect(await keyLine(added)).toMatchObject({ level: 'warning', hint: expect.stringContaining('--rewrap') });
  const rewrap = await runMain(['repair', '--rewrap'], { ...environment, ...added, DASHKEEP_AGE_IDENTITY: first });
  expect(rewrap.exit).toBe(0);
  expect((await runMain(['backup'], { ...environment, ...added })).error).not.toContain(said);
  expect(await keyCheck({ ...added, DASHKEEP_AGE_IDENTITY: second })).toEqual([]);
});

it('with an identity alone, nothing is written that a second recipient could not read', async () => {
  const both = { DASHKEEP_AGE_RECIPIENTS: `${firstRecipient},${secondRecipient}` };
  const [target, copy] = [`file://${directory.path}/of-two`, `file://${directory.path}/copy`];
  const two = { ...environment, ...both, DASHKEEP_TARGET: target, DASHKEEP_COPY_TARGET: copy };
  expect((await runMain(['backup'], two)).exit).toBe(0);
  const alone = { ...two, DASHKEEP_AGE_RECIPIENTS: '', DASHKEEP_AGE_IDENTITY: first };
  const said = 'could not read content encrypted for the given age identity alone';
  for (const args of [['backup'], ['copy']]) {
    const { exit, error } = await runMain(args, alone);
    expect({ exit, error }).toMatchObject({ exit: 2, error: expect.stringContaining(said) });
    expect(error).toContain('Set DASHKEEP_AGE_RECIPIENTS to the recipients of the earlier backups.');
  }
  expect(await runMain(['doctor'], alone)).toMatchObject({ exit: 3, out: expect.stringContaining(said) });
  expect((await runMain(['verify', '--read-data', 'latest'], alone)).exit).toBe(0);
});

it('an identity that does not open the newest snapshot fails the doctor and readiness', async () => {
  const wrong = { DASHKEEP_AGE_IDENTITY: second };
  const refused = { hint: expect.stringContaining('to the matching identity') };
  expect(await keyCheck(wrong)).toMatchObject([{ status: 'failed', ...refused }]);
  expect((await runMain(['doctor'], { ...environment, ...wrong })).exit).toBe(3);
  expect(await keyLine(wrong)).toMatchObject({ level: 'bad', ...refused });
  expect(await keyCheck({ DASHKEEP_AGE_IDENTITY: first })).toEqual([]);
  expect(await keyLine({ DASHKEEP_AGE_IDENTITY: first })).toMatchObject({ level: 'unknown' });
});

it('the doctor fails where a backup is refused: without recipients, and on a new machine with those of others', async () => {
  for (const [recipients, said] of [
    ['', 'to write to it, set DASHKEEP_AGE_RECIPIENTS'],
    [secondRecipient, 'encrypted for age recipients other than those given'],
  ] as const) {
    const other = { ...environment, DASHKEEP_AGE_RECIPIENTS: recipients, DASHKEEP_STATE_DIR: `${directory.path}/new` };
    const doctor = await runMain(['doctor'], other);
    expect(doctor).toMatchObject({ exit: 3, out: expect.stringContaining(said) });
    expect(await runMain(['backup'], other)).toMatchObject({ exit: 2, error: expect.stringContaining(said) });
  }
  for (const [recipients, identity] of [
    [firstRecipient, ''],
    ['', first],
  ] as const) {
    const fresh = {
      ...environment,
      DASHKEEP_AGE_RECIPIENTS: recipients,
      DASHKEEP_AGE_IDENTITY: identity,
      DASHKEEP_STATE_DIR: `${directory.path}/fresh${identity}`,
    };
    expect((await runMain(['doctor'], fresh)).exit).toBe(0);
    expect((await runMain(['backup'], fresh)).exit).toBe(0);
  }
});

it('where nothing gives an identity, neither runs nor snapshots look like none, and nothing is forgotten', async () => {
  const elsewhere = { DASHKEEP_AGE_RECIPIENTS: '', DASHKEEP_STATE_DIR: `${directory.path}/elsewhere` };
  const id = (await runMain(['runs', '--json'], environment)).json.runs[0].id as string;
  for (const args of [['runs'], ['runs', '--json'], ['runs', id], ['forget', '--keep-last', '1', '--dry-run']]) {
    const refused = await runMain(args, { ...environment, ...elsewhere });
    expect(refused.exit, args.join(' ')).toBe(2);
    expect(refused.error).toContain('is encrypted, and no identity was given');
    expect(refused.error).toContain('DASHKEEP_AGE_IDENTITY_FILE');
    const wrong = await runMain(args, { ...environment, ...elsewhere, DASHKEEP_AGE_IDENTITY: second });
    expect(wrong.exit, args.join(' ')).toBe(2);
    expect(wrong.error).toContain('none of the given identities decrypts it');
    const right = await runMain(args, { ...environment, ...elsewhere, DASHKEEP_AGE_IDENTITY: first });
    expect(right.exit, right.error).toBe(0);
  }
});
