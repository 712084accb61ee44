import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SeededRandomness } from '../support/repository/repository.ts';
import { ripe } from './scenarios.ts';
import { HOUR, NEW, NEXT, type Scene } from './scene.ts';
import { Schedule, type ActorPlan } from './schedule.ts';
import { seeds } from '../support/budget.ts';

const MINUTE = 60_000;
let tried = 0;
let bases: Record<'enforced' | 'ignored', Scene>;

beforeAll(async () => {
  bases = { enforced: await ripe(undefined, 'enforced'), ignored: await ripe(undefined, 'ignored') };
});

afterAll(() => {
  console.log(`chaos: ${tried} random schedules tried`);
});

type Deed = 'backup' | 'other backup' | 'prune' | 'forget' | 'hold' | 'older forget' | 'older prune';

const CASTS: { name: string; deeds: Deed[]; skewed?: boolean }[] = [
  { name: 'two backups', deeds: ['backup', 'other backup'] },
  { name: 'two backups whose clocks are hours apart', deeds: ['backup', 'other backup'], skewed: true },
  { name: 'a backup and a prune', deeds: ['backup', 'prune'] },
  { name: 'a backup whose clock is hours off and a prune', deeds: ['backup', 'prune'], skewed: true },
  { name: 'two prunes', deeds: ['prune', 'prune'] },
  { name: 'a backup, a forget and a prune', deeds: ['backup', 'forget', 'prune'] },
  { name: 'a backup, a forget and a hold', deeds: ['backup', 'forget', 'hold'] },
  { name: 'a backup, two forgets, a prune and a hold', deeds: ['backup', 'forget', 'forget', 'prune', 'hold'] },
  { name: 'a hold, and a forget of an earlier release', deeds: ['hold', 'older forget'] },
  {
    name: 'a backup, a hold, a forget and a prune of an earlier release',
    deeds: ['backup', 'hold', 'older forget', 'older prune'],
  },
  { name: 'two backups and two prunes', deeds: ['backup', 'other backup', 'prune', 'prune'] },
];

function planOf(scene: Scene, deed: Deed, index: number, chance: SeededRandomness, skewed: boolean): ActorPlan {
  const backsUp = deed === 'backup' || deed === 'other backup';
  const plan: ActorPlan = {
    name: deed,
    delay: chance.below(chance.pick([1, 10_000, 10 * MINUTE, 40 * MINUTE])),
    skew: skewed && backsUp ? chance.pick([-30, -3, 3, 30]) * HOUR : 0,
    async run({ clock, guard }) {
      const process = scene.as({ clock, seed: `${deed}${index}` });
      switch (deed) {
        case 'backup':
          return process.backUp(NEXT, guard);
        case 'other backup':
          return process.backUp(NEW, guard);
        case 'prune':
          return process.prune(guard);
        case 'forget':
          return process.forget(guard);
        case 'hold':
          return process.hold(guard);
        case 'older forget':
          return process.olderForget(guard);
        case 'older prune':
          return process.olderPrune(guard);
      }
    },
  };
  const fate = chance.below(4);
  if (fate === 0) {
    plan.killedAt = 1 + chance.below(30);
  } else if (fate === 1 && backsUp) {
    plan.suspendedAt = { call: 1 + chance.below(30), for: chance.pick([5, 15, 90, 600]) * MINUTE };
  }
  return plan;
}

describe.each(CASTS)('$name concurrently', ({ name, deeds, skewed = false }) => {
  it('lose nothing that was published, and the next runs succeed', { timeout: 600_000 }, async () => {
    for (const seed of seeds(name, 5, 25)) {
      const chance = new SeededRandomness(`${name}:${seed}`);
      const scene = await bases[chance.pick(['enforced', 'ignored'] as const)].clone();
      const plans = deeds.map((deed, index) => planOf(scene, deed, index, chance, skewed));
      const endings = await new Schedule(scene.clock, chance).run(plans);
      tried++;
      const where = `seed ${seed}: ${JSON.stringify(plans)} → ${endings.map((e) => `${e.name}: ${String(e.failure ?? 'done')}`).join('; ')}`;

      expect(await scene.problems([NEXT, NEW]), where).toEqual([]);
      if (!deeds.includes('forget') && !deeds.includes('older forget')) {
        const there = await scene.bucket.keys();
        for (const id of scene.expected.keys()) {
          const published = there.includes(`snapshots/${id}.json.gz`) || isForgottenBefore(scene, id);
          expect(published, `${id} is gone: ${where}`).toBe(true);
        }
      }

      scene.clock.advance(HOUR);
      await scene.backUp(NEXT);
      await scene.prune();
      scene.clock.advance(5 * HOUR);
      await scene.prune();
      expect(await scene.problems([NEXT, NEW]), where).toEqual([]);
      const there = await scene.bucket.keys();
      for (const id of scene.held) {
        expect(there, `${id} is on hold: ${where}`).toContain(`snapshots/${id}.json.gz`);
      }
    }
  });
});

/** The base of every schedule has forgotten its first snapshot. */
function isForgottenBefore(scene: Scene, id: string): boolean {
  return id === [...scene.expected.keys()][0];
}
