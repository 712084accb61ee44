import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { budget } from '../support/budget.ts';
import { openWith } from '../support/clouds/open.ts';
import { STORAGES, type Storage } from '../support/clouds/storages.ts';
import { applies, cutAt, FATES, outlives } from './cut-points.ts';
import { SCENARIOS } from './scenarios.ts';
import { StoredBucket } from './stored-bucket.ts';

/** Each storage gets a third of the scenarios, the next one another third; with more time each gets all. */
const STEP = budget(3, 1);
/** How many calls of each scenario are cut. A server takes longer than memory, where all are. */
const CUTS = budget(1, 8);

/** A directory and S3; in depth the other clouds, too. */
const storages = Object.entries(STORAGES)
  .slice(0, budget(2, 4))
  .map(([name, start], index) => ({ name, start, index }));

describe.each(storages)('on $name', ({ start, index }) => {
  const closing: (() => Promise<void>)[] = [];
  let storage: Storage;
  beforeAll(async () => {
    storage = await start();
    closing.push(() => storage.close());
  });
  afterAll(async () => {
    for (const close of closing.reverse()) {
      await close();
    }
  });

  async function emptyBucket(): Promise<StoredBucket> {
    const store = await openWith(`${storage.target}/${closing.length}`, storage.environment);
    closing.push(() => store.close());
    return new StoredBucket(store);
  }

  const scenarios = SCENARIOS.filter(({ needsKeys }, at) => needsKeys !== true && (at + index) % STEP === 0);
  it.each(scenarios)('$name, cut at a call to the store, leaves every snapshot whole', async (scenario) => {
    const prepared = await scenario.prepare(undefined);
    const whole = await prepared.clone();
    const count = cutAt(0, undefined, whole.clock);
    await scenario.run(whole, count.guard);

    for (let at = 0; at < CUTS; at++) {
      const fate = FATES[(SCENARIOS.indexOf(scenario) + index + at) % FATES.length]!;
      const calls = count.calls().flatMap((method, before) => (applies(fate, method) ? [before + 1] : []));
      const n = calls[Math.floor(((at + 0.5) / CUTS) * calls.length)]!;
      expect(await outlives(scenario, await prepared.clone(await emptyBucket()), n, fate)).toBe(true);
    }
  });
});
