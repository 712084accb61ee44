import { afterEach, describe, expect, it } from 'vitest';
import type { KindName } from '../../../pkg/contract/kinds.ts';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { variants } from '../../support/budget.ts';
import { named, reasons, RestoreBench } from '../harness.ts';
import { board, rule } from '../seed.ts';
import { planOfUndo, undo } from './undoing.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

interface Case {
  /** Creates it, and what it needs. */
  create: () => Promise<unknown>;
  /** Writes it with parts. */
  fill: () => Promise<unknown>;
  /** Writes it without some of these parts. */
  strip: () => Promise<unknown>;
}

const POINTS = '/api/v1/provisioning/contact-points';
const slack = (uid: string) => ({
  ...{ uid, name: 'ops', type: 'slack', settings: { recipient: `#${uid}`, token: `secret of ${uid}` } },
});
const mail = (uid: string) => ({ uid, name: 'ops', type: 'email', settings: { addresses: `${uid}@example.org` } });
const GROUP = '/api/v1/provisioning/folder/shop/rule-groups/down';
const POLICY = '/api/v1/provisioning/policies';
const TIMING = '/api/v1/provisioning/mute-timings';

/** A kind that one request writes whole. */
function whole(
  route: string,
  full: unknown,
  less: unknown,
  create: () => Promise<unknown> = async () => undefined,
): Case {
  return { create, fill: () => bench.api(route, full), strip: () => bench.api(route, less) };
}

async function person(login: string): Promise<number> {
  const user = bench.sim.state.addUser({ login, email: `${login}@example.org` });
  bench.sim.state.org(1).members.set(user.id, 'Viewer');
  return user.id;
}

const folder = () => bench.api('POST /api/folders', { uid: 'shop', title: 'Shop' });
const source = () =>
  bench.api('POST /api/datasources', { uid: 'prom', name: 'Prom', type: 'prometheus', access: 'proxy' });
const members = (...logins: string[]) => ({ admins: [], members: logins.map((login) => `${login}@example.org`) });
const timing = (...names: string[]) => ({
  ...{ name: 'nights', time_intervals: names.map((name) => ({ weekdays: [name] })) },
});
const grants = (...roles: string[]) => ({ items: roles.map((role) => ({ role, permission: 1 })) });
const tree = (...teams: string[]) => ({
  receiver: 'ops',
  routes: teams.map((team) => ({ receiver: 'ops', object_matchers: [['team', '=', team]] })),
});
const rules = (...uids: string[]) => ({
  ...{ title: 'down', folderUid: 'shop', interval: 60 },
  rules: uids.map((uid) => ({ ...rule(uid, uid, 'prom', 'board'), notification_settings: undefined })),
});

let correlation = '';
let user = 0;

const CASES: Partial<Record<KindName, Case>> = {
  'contact-point': {
    create: () => bench.api(`POST ${POINTS}`, slack('a')),
    fill: () => bench.api(`POST ${POINTS}`, mail('b')),
    strip: () => bench.api(`DELETE ${POINTS}/b`),
  },
  correlation: {
    async create() {
      await source();
      const config = { field: 'traceID', target: {} };
      const body = { targetUID: 'prom', label: 'Traces', type: 'query', config };
      const { result } = (await bench.api('POST /api/datasources/uid/prom/correlations', body)).body;
      correlation = `PATCH /api/datasources/uid/prom/correlations/${result.uid}`;
    },
    fill: () => bench.api(correlation, { config: { transformations: [{ type: 'logfmt' }] } }),
    strip: () => bench.api(correlation, { config: { transformations: [] } }),
  },
  'alert-rule-group': whole(`PUT ${GROUP}`, rules('a', 'b'), rules('a'), async () => {
    await source();
    await folder();
  }),
  'mute-timing': {
    create: () => bench.api(`POST ${TIMING}`, timing('monday')),
    fill: () => bench.api(`PUT ${TIMING}/nights`, timing('monday', 'sunday')),
    strip: () => bench.api(`PUT ${TIMING}/nights`, timing('monday')),
  },
  'notification-policy': whole(`PUT ${POLICY}`, tree('a', 'b'), tree('a'), () =>
    bench.api(`POST ${POINTS}`, mail('a')),
  ),
  team: whole('PUT /api/teams/1/members', members('ada', 'eva'), members('ada'), async () => {
    await person('ada');
    await person('eva');
    await bench.api('POST /api/teams', { name: 'ops', email: 'ops@example.org' });
  }),
  user: {
    async create() {
      user = await person('eva');
      await bench.api('POST /api/orgs', { name: 'Sales' });
    },
    fill: () => bench.api('POST /api/orgs/2/users', { loginOrEmail: 'eva', role: 'Viewer' }),
    strip: () => bench.api(`DELETE /api/orgs/2/users/${user}`),
  },
  'folder-permissions': whole(
    'POST /api/folders/shop/permissions',
    grants('Viewer', 'Editor'),
    grants('Viewer'),
    folder,
  ),
  'dashboard-permissions': whole(
    'POST /api/dashboards/uid/board/permissions',
    grants('Viewer', 'Editor'),
    grants('Viewer'),
    () => bench.api('POST /api/dashboards/db', { dashboard: board('board', 'Board', 'prom') }),
  ),
  'data-source': whole(
    'PUT /api/datasources/uid/prom',
    { name: 'Prom', type: 'prometheus', access: 'proxy', jsonData: { httpMethod: 'POST', timeout: 5 } },
    { name: 'Prom', type: 'prometheus', access: 'proxy', jsonData: { httpMethod: 'POST' } },
    source,
  ),
  'org-preferences': whole('PUT /api/org/preferences', { theme: 'dark', timezone: 'utc' }, { theme: 'dark' }),
};

const held = ({ resources }: Manifest, name: KindName): string[] =>
  resources.flatMap(({ kind, uid, object }) => (kind === name ? `${uid} ${object}` : []));

/** A restore that adds parts. @returns the run, and the manifests without and with them */
async function adding(kind: KindName, { create, fill, strip }: Case) {
  bench = await RestoreBench.start({ profile: '12.4' });
  await create();
  await fill();
  const manifest = await bench.backup();
  await strip();
  const before = await bench.backup();
  expect(held(before, kind)).not.toEqual(held(manifest, kind));
  const options = { overwrite: true };
  const { plan, run } = await bench.applyRecorded({ manifest, selection: { kinds: [kind] }, options }, true);
  expect(named(plan, 'update')).toHaveLength(1);
  expect(held(await bench.backup(), kind)).toEqual(held(manifest, kind));
  return { run, before };
}

describe.each(variants(Object.entries(CASES) as [KindName, Case][], 2))('undoing a restore of a %s', (kind, one) => {
  it('removes what the restore added to it', async () => {
    const { run, before } = await adding(kind, one);
    expect(await undo(bench, run)).toMatchObject({ status: 'complete', errors: [] });
    expect(held(await bench.backup(), kind)).toEqual(held(before, kind));
  });
});

describe('integrations of a contact point', () => {
  const secrets = () =>
    bench.sim.state.org(1).alerting.contactPoints.map(({ uid, settings }) => `${uid}: ${settings['token']}`);

  it('keep their secrets when an undo removes others', async () => {
    const { run } = await adding('contact-point', CASES['contact-point']!);
    await undo(bench, run);
    expect(secrets()).toContain('a: secret of a');
  });

  it('that someone added since are kept, and the contact point is listed', async () => {
    const { run } = await adding('contact-point', CASES['contact-point']!);
    await bench.api(`POST ${POINTS}`, mail('c'));
    const { plan } = await planOfUndo(bench, run);
    expect(reasons(plan, 'skip')).toEqual({ 'contact-point/ops': 'someone has changed it since' });
    await undo(bench, run);
    expect(secrets().filter((one) => /^[abc]:/.test(one))).toHaveLength(3);
  });
});
