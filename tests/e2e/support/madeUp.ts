import { makeState, type FakeOptions } from '../../support/preview/fake/state.ts';
import { startFakeService, type FakeService } from '../../support/preview/fake/service.ts';
import { startPreview, type Preview } from '../../support/preview/preview.ts';
import { PACKAGES } from './fixtures.ts';
import { test as base } from './onePage.ts';

interface Fixtures {
  /** What the made-up service starts with. */
  serviceOptions: FakeOptions;
  /** The service behind the page; tests change its state as they need. */
  service: FakeService;
  preview: Preview;
}

interface MadeUp {
  service: FakeService;
  preview: Preview;
}

/**
 * Tests on the preview page with a service made up for states that are hard to bring about; from one test to the next,
 * it forgets everything.
 */
export const test = base.extend<Fixtures, { madeUp: MadeUp }>({
  serviceOptions: [{ runTime: 1500 }, { option: true }],
  madeUp: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names of what a fixture needs from here
    async ({}, use) => {
      const service = await startFakeService();
      const grafana = { url: service.url, authorization: '' };
      const preview = await startPreview({ grafana, packages: PACKAGES });
      await use({ service, preview });
      await preview.close();
      await service.close();
    },
    { scope: 'worker' },
  ],
  origin: [async ({ madeUp: { preview } }, use) => use(preview.origin), { scope: 'worker' }],
  service: [
    async ({ madeUp: { service, preview }, serviceOptions }, use) => {
      service.state = makeState(serviceOptions);
      const connected = { sidecarUrl: service.url };
      Object.assign(preview.app, {
        enabled: true,
        jsonData: connected,
        secureJsonData: { sidecarToken: service.token },
      });
      await use(service);
    },
    { auto: true },
  ],
  preview: async ({ madeUp: { preview } }, use) => use(preview),
});
