import { afterAll, vi } from 'vitest';

/*
 * What Grafana lends the app: its own packages are for browsers. Tests that replace nothing else get this one and
 * i18next.ts in their place (tests/support/process/native/hooks.mjs).
 */
export const config = {
  featureToggles: {} as Record<string, boolean>,
  datasources: { Metrics: { uid: 'p8e2', name: 'Metrics' } },
  bootData: { user: {} },
};
export const isFetchError = (): boolean => false;
export const getBackendSrv = (): never => {
  throw new Error('no test of logic sends a request');
};

/** For the tests of a file: a page in English, of a user with these settings. */
export function showPage(user: object = {}): void {
  config.bootData.user = user;
  vi.stubGlobal('document', { documentElement: { lang: 'en-US' } });
  afterAll(() => {
    config.bootData.user = {};
    vi.unstubAllGlobals();
  });
}
