import { bundleHost } from '../../support/preview/bundle.ts';
import { GRAFANA_URL, PACKAGES } from './fixtures.ts';

/** Bundles the preview page once, before the workers need it at the same time. */
export default async function setup(): Promise<void> {
  if (GRAFANA_URL === undefined) {
    await bundleHost(PACKAGES);
  }
}
