import { afterEach, describe, expect, it } from 'vitest';
import { silence } from '../../pkg/grafana/kinds/alerting/silence.ts';
import { TRIED_PROFILES } from '../support/grafana/profiles/tried.ts';
import { AlertingGrafana, restore, take } from './harness.ts';
import { at, seedAlerting } from './seed.ts';

const HOUR = 3_600_000;

let grafana: AlertingGrafana;
afterEach(() => grafana.close());

describe.each(TRIED_PROFILES)('silences of Grafana %s', (profile) => {
  it('that have ended are neither stored nor restored', async () => {
    grafana = await AlertingGrafana.start({ profile });
    await seedAlerting(grafana);
    const before = await take('silence', await grafana.run());
    expect(before.size).toBe(2);
    grafana.sim.advance(11 * HOUR);
    expect((await take('silence', await grafana.run())).size).toBe(1);
    grafana.sim.wipe();
    const outcome = await restore('silence', await grafana.run(), before);
    expect(outcome.written).toHaveLength(1);
    expect(Object.values(outcome.refused)).toEqual([expect.stringMatching(/^ended on 20/)]);
    expect(grafana.sim.state.org(1).alerting.silences.size).toBe(1);
  });

  it('are the same silence under any id, so that restoring again makes no second', async () => {
    grafana = await AlertingGrafana.start({ profile });
    await seedAlerting(grafana);
    const before = await take('silence', await grafana.run());
    grafana.sim.wipe();
    await restore('silence', await grafana.run(), before);
    grafana.sim.advance(HOUR / 2);
    await restore('silence', await grafana.run(), before);
    // Even a write that does not look first finds it.
    const [[uid, content] = ['', { body: null, title: '' }]] = before;
    await silence.write!(await grafana.run(), { uid, content });
    expect(grafana.sim.state.org(1).alerting.silences.size).toBe(2);
    expect([...(await take('silence', await grafana.run())).keys()].sort()).toEqual([...before.keys()].sort());
  });
});

describe('silences', () => {
  it('that say the same in another order of matchers are one', async () => {
    grafana = await AlertingGrafana.start({ profile: '13.2' });
    const matchers = [
      { name: 'a', value: '1', isRegex: false, isEqual: true },
      { name: 'b', value: '2', isRegex: false, isEqual: true },
    ];
    const ends = at(grafana, HOUR);
    for (const order of [matchers, [...matchers].reverse()]) {
      await grafana.api('POST /api/alertmanager/grafana/api/v2/silences', {
        matchers: order,
        startsAt: at(grafana, 0),
        endsAt: ends,
        createdBy: 'ann',
        comment: 'twice',
      });
    }
    expect((await take('silence', await grafana.run())).size).toBe(1);
  });

  it('are removed by ending them', async () => {
    grafana = await AlertingGrafana.start({ profile: '13.2' });
    await seedAlerting(grafana);
    const context = await grafana.run();
    for (const uid of (await take('silence', context)).keys()) {
      await silence.remove!(context, uid);
    }
    grafana.sim.advance(1);
    expect((await take('silence', await grafana.run())).size).toBe(0);
  });
});
