import module from 'node:module';

module.register('./hooks.mjs', import.meta.url);

// Vitest registers hooks, too, which tell it what imports what. Only a watch needs to know, and a run fails if one of
// its processes ends before everything is told.
if (process.env.VITEST_MODE !== 'WATCH') {
  module.register = () => undefined;
}
