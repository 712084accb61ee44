import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applies, cutAt, FATES, oneIn, outlives } from './cut-points.ts';
import { SCENARIOS } from './scenarios.ts';
import type { KeyPair } from './scene.ts';

/** `npm run chaos` tries every pair of a call and a fate; the tests a spread of them. Encryption takes longer. */
const [plainStep, encryptedStep] = [oneIn(83, 2), oneIn(251, 6)];
const whole = plainStep === 1 && encryptedStep === 1;
let tried = 0;
let keys: KeyPair[];

beforeAll(async () => {
  keys = await Promise.all(
    [0, 1].map(async () => {
      const identity = await generateIdentity();
      return { identity, recipient: await identityToRecipient(identity) };
    }),
  );
});

afterAll(() => {
  console.log(`chaos: ${tried} cut points tried${whole ? '' : ' (npm run chaos tries all)'}`);
});

const stores = whole ? (['enforced', 'ignored'] as const) : (['enforced'] as const);

describe.each(SCENARIOS)('$name, cut at every call to the store', (scenario) => {
  for (const encrypted of scenario.needsKeys ? [true] : [false, true]) {
    for (const conditionalPut of encrypted ? (['enforced'] as const) : stores) {
      const form = `${encrypted ? 'encrypted' : 'plain'}, conditions ${conditionalPut}`;
      it(`leaves every snapshot whole, and the next run succeeds (${form})`, { timeout: 600_000 }, async () => {
        const prepared = await scenario.prepare(encrypted ? keys : undefined, conditionalPut);
        const counting = await prepared.clone();
        const count = cutAt(0, undefined, counting.clock);
        await scenario.run(counting, count.guard);
        expect(count.calls().length).toBeGreaterThan(4);

        const cuts = count
          .calls()
          .flatMap((method, before) =>
            FATES.filter((fate) => applies(fate, method)).map((fate) => [before + 1, fate] as const),
          );
        // At least one, and other fates with other scenarios.
        const step = Math.min(encrypted ? encryptedStep : plainStep, cuts.length);
        for (const [n, fate] of cuts.filter((_, at) => (at + SCENARIOS.indexOf(scenario)) % step === 0)) {
          if (await outlives(scenario, await prepared.clone(), n, fate)) {
            tried++;
          }
        }
      });
    }
  }
});
