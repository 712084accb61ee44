import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../../pkg/repository/verify/verify.ts';
import { cutAt, FATES, oneIn } from './cut-points.ts';
import { SCENARIOS } from './scenarios.ts';
import { HOUR, NEXT, type KeyPair } from './scene.ts';

/** `npm run chaos` tries every pair of a call and a fate; the tests a spread of them. Encryption takes longer. */
const [plainStep, encryptedStep] = [oneIn(16, 2), oneIn(47, 6)];
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
        expect(count.calls()).toBeGreaterThan(4);

        for (const [index, fate] of FATES.entries()) {
          for (let n = 1; n <= count.calls(); n++) {
            if ((n * FATES.length + index) % (encrypted ? encryptedStep : plainStep) !== 0) {
              continue;
            }
            const scene = await prepared.clone();
            const cut = cutAt(n, fate, scene.clock);
            let failure: unknown;
            try {
              await scenario.run(scene, cut.guard);
            } catch (error) {
              failure = error;
            }
            if (!cut.happened()) {
              continue;
            }
            tried++;
            const where = `call ${n} ${fate} → ${String(failure)}`;
            const now = await scene.problems([NEXT]);
            expect(now.length, `${where}: ${now.join('; ')}`).toBeLessThanOrEqual(scenario.damaged ?? 0);

            // Long enough for the session of a run that was killed to be taken for dead.
            scene.clock.advance(HOUR);
            await scenario.run(scene).catch((error: unknown) => {
              throw new Error(`${where}: the next run failed`, { cause: error });
            });
            expect(await scene.problems([NEXT]), where).toEqual([]);
            const { problems } = await verify(await scene.person(), { readData: true });
            expect(problems, where).toEqual([]);
          }
        }
      });
    }
  }
});
