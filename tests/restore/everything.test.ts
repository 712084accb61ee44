import { describe, expect, it } from 'vitest';
import { bySecurity, countSecurity } from '../../pkg/engine/restore/plan/security.ts';
import { planEverything } from '../../pkg/engine/restore/everything/plan.ts';
import { planUndo } from '../../pkg/engine/restore/undo/undo.ts';
import { restore } from '../../pkg/engine/restore/restore.ts';
import type { Plan, RunFacts } from '../../pkg/engine/restore/types.ts';
import { call } from '../simulator/http.ts';
import { SeededRandomness } from '../support/repository/repository.ts';
import { named, reasons } from './harness.ts';
import { compact } from '../../pkg/contract/compact.ts';
import { bench, burned, contentOf, everything, MINUTE, people, PEOPLE, setUp, tooMuch } from './burned.ts';
import { depth } from '../support/budget.ts';
import { newestOf } from '../support/grafana/profiles/tried.ts';

setUp();

describe.each(newestOf('11.6', '12.4', '13.2'))('everything of a burned Grafana %s', (profile) => {
  it('comes back in one plan and one apply, the second organization and its alerting included', async () => {
    const manifest = await burned({ profile });
    const asked = bench.sim.requests.length;
    const plan = await planEverything(await bench.request({ manifest }));
    expect(reasons(plan, 'blocked')).toEqual({});
    // Nothing is asked about an organization that is not there.
    expect(bench.sim.requests.slice(asked).filter(({ status }) => status >= 500)).toEqual([]);
    const second = plan.items.filter(({ newOrg }) => newOrg === 'Second');
    expect(second.filter(({ action, kind }) => action !== 'create' && kind !== 'plugin')).toEqual([]);
    expect(second.length).toBeGreaterThan(10);

    const { results } = await everything({ manifest });
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(people()).toEqual(PEOPLE);
    const users = [...bench.sim.state.users.values()];
    expect(users.filter(({ isDisabled }) => isDisabled).map(({ login }) => login)).toEqual(['cyd']);
    bench.sim.state.org(2).members.set(1, 'Admin');
    expect(contentOf(await bench.backup())).toEqual(contentOf(manifest));

    bench.sim.state.org(2).members.set(1, 'Viewer');
    bench.sim.clearRequests();
    const again = await everything({ manifest });
    expect(named(again.plan, 'create', 'update', 'blocked')).toEqual([]);
    expect(people()).toEqual(PEOPLE);
    // It joins the organization for as long as it takes to look at it.
    expect(bench.sim.writes().every(({ path }) => /^\/api\/orgs\/2\/users\/1$/.test(path))).toBe(true);
  });
});

describe('everything', () => {
  it('cut short after each write and run again is complete, and gives nobody more than they had', async () => {
    const manifest = await burned({ profile: '12.4', isEmpty: true });
    for (let cut = 1; ; cut += depth() === 'all' ? 1 : 4) {
      bench.sim.burn();
      bench.sim.advance(10 * MINUTE);
      const killed = new AbortController();
      bench.sim.setFaults({
        match: /^(POST|PUT|PATCH|DELETE) /,
        skip: cut - 1,
        times: 1,
        action: { kind: 'after', run: () => killed.abort(new Error('killed')) },
      });
      const ended = await everything({ manifest, signal: killed.signal }).then(
        () => true,
        () => false,
      );
      bench.sim.setFaults();
      if (ended) {
        expect(cut).toBeGreaterThan(14);
        break;
      }
      expect(
        tooMuch().filter((one) => !one.startsWith('dan:')),
        `cut ${cut}`,
      ).toEqual([]);
      // Without --overwrite, too: what a restore left half done is nobody's.
      const { results } = await everything({ manifest });
      expect(
        results.filter(({ outcome }) => outcome !== 'verified'),
        `cut ${cut}`,
      ).toEqual([]);
      expect(people(), `cut ${cut}`).toEqual(PEOPLE);
    }
  });

  it('names the secrets to enter again in an organization that it will create, as in one that exists', async () => {
    const manifest = await burned({ profile: '13.2' });
    const notes = ({ items }: Plan, isIn: (item: Plan['items'][number]) => boolean): string[] =>
      items
        .filter((item) => isIn(item) && item.kind === 'data-source')
        .flatMap(({ kind, uid, losses }) => losses.map((loss) => `${kind}/${uid}: ${loss}`))
        .sort();
    const plan = await planEverything(await bench.request({ manifest }));
    const inSecond = notes(plan, ({ newOrg }) => newOrg === 'Second');
    expect(inSecond).toEqual(notes(plan, ({ org, newOrg }) => org === 1 && newOrg === undefined));
    expect(inSecond).toEqual(['data-source/prom: enter again: basicAuthPassword']);

    const secrets = (kind: string) => (kind === 'data-source' ? { basicAuthPassword: 'given' } : undefined);
    const supplied = await planEverything(await bench.request({ manifest, options: { secrets } }));
    expect(notes(supplied, ({ newOrg }) => newOrg === 'Second')).toEqual([]);
  });

  it('takes an organization of the same name for the same one, and leaves what differs without --overwrite', async () => {
    const manifest = await burned({ profile: '13.2' });
    await bench.api('PUT /api/orgs/1', { name: 'Somewhere else' });
    await bench.api('POST /api/orgs', { name: 'Third' });
    const third = Number((await bench.api('POST /api/orgs', { name: 'Second' })).body.orgId);
    bench.sim.advance(MINUTE);
    await bench.api('POST /api/folders', { uid: 'infra', title: 'Another' }, third);
    const { plan, results } = await everything({ manifest });
    expect(plan.items.filter(({ targetOrg }) => targetOrg === third).length).toBeGreaterThan(10);
    expect(reasons(plan, 'skip')['folder/infra']).toMatch(/--overwrite/);
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect([...bench.sim.state.orgs.values()].map(({ name }) => name)).toEqual(['Acme', 'Third', 'Second']);
  });

  it('reports that it waits for a new organization to start alerting', async () => {
    const manifest = await burned({ profile: '12.4' });
    const phases = new Set<string>();
    await everything({ manifest, onProgress: ({ phase }) => phases.add(phase) });
    expect([...phases]).toContain("waiting for Grafana to start alerting in organization 'Second'");
  });

  it('separates access changes that need confirmation from those that open nothing yet', async () => {
    const manifest = await burned({ profile: '12.4', isEmpty: true });
    const count = ({ toConfirm, exempt }: ReturnType<typeof bySecurity>): number[] =>
      [toConfirm, exempt].map(countSecurity);
    const alone = await planEverything(await bench.request({ manifest }));
    expect([alone.confirm, ...count(bySecurity(alone))]).toEqual([undefined, 0, countSecurity(alone.items)]);
    expect(countSecurity(alone.items)).toBeGreaterThan(1);

    bench.sim.state.org(1).members.set(bench.sim.state.addUser({ login: 'new', email: '' }).id, 'Viewer');
    const shared = await planEverything(await bench.request({ manifest }));
    const all = countSecurity(shared.items);
    expect([shared.confirm, ...count(bySecurity(shared))]).toEqual([`${all} security changes`, all, 0]);
  });

  it('needs a server admin, and says what to give', async () => {
    const manifest = await burned({ profile: '13.2' });
    await bench.asAccount(async (instance) => {
      const request = { ...(await bench.request({ manifest })), instance };
      await expect(planEverything(request)).rejects.toMatchObject({
        code: 'DK_SETTINGS',
        hint: expect.stringContaining('GRAFANA_ADMIN_USER'),
      });
    });
  });

  it('is undone but for organizations and users, which are never deleted', async () => {
    const manifest = await burned({ profile: '13.2' });
    const { safetySnapshot, touched } = await everything({ manifest, safetySnapshot: true });
    const record = { id: 'run', kind: 'restore', snapshot: safetySnapshot, touched } as never;
    const run = { record, author: { trusted: true, mismatch: false } };
    bench.sim.state.org(2).members.set(1, 'Admin');
    const { plan } = await planUndo(await bench.request({ manifest }), run);
    expect(named(plan, 'delete')).toContain('dashboard/root');
    const kept = reasons(plan, 'skip');
    expect(kept['org/Second']).toMatch(/never deletes organizations; a server admin can delete it .*Administration/);
    expect(kept['user/ann']).toMatch(/never deletes users; to delete it, .* Administration/);
  });

  it('is undone with the alerting of an organization that it created, and redone', async () => {
    const before = await burned({ profile: '12.4' });
    await everything({ manifest: before });
    bench.sim.state.org(2).members.set(1, 'Admin');
    await bench.api('PUT /api/orgs/2/address', { city: 'Paris' });
    await bench.api('PUT /api/org/preferences', { theme: 'dark' }, 2);
    const header = { 'x-grafana-org-id': '2' };
    const path = '/api/v1/provisioning/policies';
    const put = await call(bench.sim, 'admin:admin', `PUT ${path}`, { receiver: 'ops', group_by: ['team'] }, header);
    expect(put.status).toBe(202);
    const manifest = await bench.backup();
    bench.sim.burn();
    bench.sim.advance(10 * MINUTE);
    const { safetySnapshot, touched } = await everything({ manifest, safetySnapshot: true });
    const record = { id: 'run', kind: 'restore', snapshot: safetySnapshot, touched } as never;
    bench.sim.state.org(2).members.set(1, 'Admin');
    const asked = await bench.request({ manifest });
    const { request, plan } = await planUndo(asked, { record, author: { trusted: true, mismatch: false } });
    expect(reasons(plan, 'skip')).toMatchObject({
      'org/Second': expect.stringContaining('Administration > Organizations'),
      'org-preferences/org': expect.stringMatching(/^belongs to an organization that the run created/),
    });
    const randomness = new SeededRandomness('undo');
    let gone: RunFacts['touched'];
    const note = (facts: RunFacts): void => void (gone = facts.touched ?? gone);
    const given = { safetySnapshot: true, version: '0.1.0', randomness, note };
    const undone = await restore({ ...request, plan, ...given, ...compact({ confirm: plan.confirm }) });
    const { results } = undone;
    expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    const policies = await call(bench.sim, 'admin:admin', `GET ${path}`, undefined, header);
    expect(policies.body).toMatchObject({ receiver: 'empty' });
    const points = await call(bench.sim, 'admin:admin', 'GET /api/v1/provisioning/contact-points', undefined, header);
    expect(points.body).toEqual([]);

    const later = { id: 'undo', kind: 'restore', snapshot: undone.safetySnapshot, touched: gone } as never;
    const back = await planUndo(asked, { record: later, author: { trusted: true, mismatch: false } });
    await restore({ ...back.request, plan: back.plan, ...given, ...compact({ confirm: back.plan.confirm }) });
    const again = await call(bench.sim, 'admin:admin', `GET ${path}`, undefined, header);
    expect(again.body).toMatchObject({ receiver: 'ops' });
  });
});

describe('a membership too many', () => {
  it('is seen when a user is read back', async () => {
    const manifest = await burned({ profile: '13.2' });
    bench.sim.setFaults({ match: 'DELETE /api/orgs/1/users/*', action: { kind: 'status', status: 500 } });
    const { results } = await everything({ manifest });
    expect(results.find(({ uid }) => uid === 'dan')).toMatchObject({ outcome: 'failed' });
  });
});
