import type { FakeOptions } from '../../support/preview/fake/state.ts';
import { startFakeService, type FakeService } from '../../support/preview/fake/service.ts';
import { startPreview, type Preview } from '../../support/preview/preview.ts';
import { PACKAGES, test as base } from './fixtures.ts';

interface Fixtures {
  /** What the made-up service starts with. */
  serviceOptions: FakeOptions;
  /** The service behind the page; tests change its state as they need. */
  service: FakeService;
  preview: Preview;
}

/** Tests on the preview page with a service made up for states that are hard to bring about. */
export const test = base.extend<Fixtures>({
  serviceOptions: [{ runTime: 1500 }, { option: true }],
  service: async ({ serviceOptions }, use) => {
    const service = await startFakeService(serviceOptions);
    await use(service);
    await service.close();
  },
  preview: async ({ service }, use) => {
    const preview = await previewOf(service);
    await use(preview);
    await preview.close();
  },
  baseURL: async ({ preview }, use) => use(preview.origin),
});

/** The preview page before a service. */
export function previewOf({ url, token }: FakeService): Promise<Preview> {
  return startPreview({
    sidecarUrl: url,
    sidecarToken: token,
    grafana: { url, authorization: '' },
    packages: PACKAGES,
  });
}
