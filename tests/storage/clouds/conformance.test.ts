import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkStore } from '../../../pkg/storage/check/check.ts';
import { CLOUDS, CLOUDS_INSTALLED, type CloudServer } from '../../support/clouds/servers.ts';
import { openWith } from '../../support/clouds/open.ts';
import { realClock, realRandomness } from '../../support/ports.ts';
import { keysOf } from '../../support/stores/read.ts';
import { conformance } from '../conformance.ts';

describe.skipIf(!CLOUDS_INSTALLED)('stores of other clouds', () => {
  for (const [name, start] of CLOUDS) {
    for (const prefix of ['/some/prefix', '']) {
      conformance(
        `The store on ${name}${prefix === '' ? ' without a prefix' : ''}`,
        async () => {
          const server = await start();
          return { store: await openWith(server.target + prefix, server.environment), dispose: () => server.close() };
        },
        { conditionalPut: 'enforced', longList: prefix === '' ? 30 : 1_050 },
      );
    }

    describe(`The store check on ${name}`, () => {
      let server: CloudServer;
      beforeAll(async () => {
        server = await start();
      });
      afterAll(() => server.close());

      it('passes, and leaves nothing', async () => {
        const store = await openWith(`${server.target}/checked`, server.environment);

        const check = await checkStore(store, { clock: realClock, random: realRandomness });

        expect(check.steps.filter((step) => !step.ok)).toEqual([]);
        expect(check.conditionalPut).toBe('enforced');
        expect(check.steps.find(({ step }) => step === 'range')?.status).toBe('ok');
        expect(await keysOf(store, '')).toEqual([]);
        await store.close();
      });
    });
  }
});
