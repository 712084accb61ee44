import { afterEach, describe, expect, it } from 'vitest';
import { notificationPolicy } from '../../pkg/grafana/kinds/alerting/notification-policy.ts';
import { TRIED_PROFILES } from '../support/grafana/profiles/tried.ts';
import { AlertingGrafana, bodies, restore, take } from './harness.ts';
import { seedAlerting } from './seed.ts';

const KIND = 'notification-policy';
const TREES = '/apis/notifications.alerting.grafana.app/v1beta1/namespaces/default/routingtrees';

let grafana: AlertingGrafana;
afterEach(() => grafana.close());

describe.each(TRIED_PROFILES)('notification policies of Grafana %s', (profile) => {
  it('need every contact point and timing that the tree names, at any depth', async () => {
    grafana = await AlertingGrafana.start({ profile });
    await seedAlerting(grafana);
    const tree = (await take(KIND, await grafana.run())).get('default')!;
    expect(notificationPolicy.references(tree)).toEqual([
      { kind: 'contact-point', uid: 'ops', required: true, held: true },
      { kind: 'contact-point', uid: 'on-call', required: true, held: true },
      { kind: 'mute-timing', uid: 'weekends & nights', required: true },
    ]);
    const renamed = notificationPolicy.rename!(tree, ({ uid }) => `${uid}!`);
    expect(notificationPolicy.references(renamed).map(({ uid }) => uid)).toEqual([
      'ops!',
      'on-call!',
      'weekends & nights!',
    ]);
  });

  it('that Grafana made itself are known as such, and others are not', async () => {
    grafana = await AlertingGrafana.start({ profile });
    expect((await take(KIND, await grafana.run())).get('default')!.pristine).toBe(true);
    await seedAlerting(grafana);
    expect((await take(KIND, await grafana.run())).get('default')!.pristine).toBeUndefined();
  });
});

describe('further routing trees', () => {
  it('are listed once each, without the default tree under either of its names', async () => {
    grafana = await AlertingGrafana.start({ profile: '13.2' });
    await seedAlerting(grafana);
    expect([...(await take(KIND, await grafana.run())).keys()]).toEqual(['default', 'team-a']);
    grafana.sim.state.org(1).multipleTrees = false;
    expect([...(await take(KIND, await grafana.run())).keys()]).toEqual(['default', 'team-a']);
  });

  it('are followed to the last page', async () => {
    grafana = await AlertingGrafana.start({ profile: '13.2', emptyPageEvery: 2, pageBytes: 1500 });
    await seedAlerting(grafana);
    for (let index = 0; index < 20; index++) {
      await grafana.api(`POST ${TREES}`, {
        metadata: { name: `tree-${index}` },
        spec: { defaults: { receiver: 'ops' }, routes: [] },
      });
    }
    expect(await take(KIND, await grafana.run())).toHaveLength(22);
  });

  it('are updated under the current version, and again when somebody was faster', async () => {
    grafana = await AlertingGrafana.start({ profile: '13.2' });
    await seedAlerting(grafana);
    const before = await take(KIND, await grafana.run());
    const tree = grafana.sim.state.org(1).alerting.routingTrees.get('team-a')!;
    tree.spec = { defaults: { receiver: 'ops' }, routes: [] };
    grafana.sim.setFaults({
      match: `PUT ${TREES}/*`,
      times: 1,
      action: { kind: 'before', run: () => grafana.sim.state.touch(tree, 'someone') },
    });
    expect(await restore(KIND, await grafana.run(), before)).toEqual({ written: ['team-a'], losses: [], refused: {} });
    expect(bodies(await take(KIND, await grafana.run()))).toEqual(bodies(before));
  });

  it('are blocked on a Grafana that knows one tree only', async () => {
    grafana = await AlertingGrafana.start({ profile: '13.2' });
    await seedAlerting(grafana);
    const before = await take(KIND, await grafana.run());
    await grafana.close();
    grafana = await AlertingGrafana.start({ profile: '11.6' });
    await seedAlerting(grafana);
    const outcome = await restore(KIND, await grafana.run(), before);
    expect(outcome.refused).toEqual({ 'team-a': 'Grafana 11.6.7 has a single tree of notification policies' });
  });

  it('are removed without the default tree', async () => {
    grafana = await AlertingGrafana.start({ profile: '13.2' });
    await seedAlerting(grafana);
    const before = grafana.sim.state.org(1).alerting.policy;
    const context = await grafana.run();
    await notificationPolicy.remove!(context, 'team-a');
    expect(grafana.sim.state.org(1).alerting.routingTrees.size).toBe(0);
    expect(grafana.sim.state.org(1).alerting.policy).toEqual(before);
  });
});
