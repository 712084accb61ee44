import { describe } from 'vitest';

/**
 * Folder of what tests/support/docker/build.sh made; set by tests/support/docker/engine.sh, with the engine's address.
 */
export const programs = process.env['DASHKEEP_TEST_DOCKER'];

if (programs === undefined && process.env['DASHKEEP_REQUIRE_TIERS'] === '1') {
  throw new Error(
    'the container tier is required but no engine is given: run tests/support/docker/engine.sh start DIRECTORY, and take DIRECTORY/env',
  );
}

/** Tests with their own Docker engine; skipped where none is given, unless DASHKEEP_REQUIRE_TIERS=1. */
export const describeContainers = describe.skipIf(programs === undefined);
