import { describe } from 'vitest';

/** Folder of a running node; set by tests/support/kube/node.sh. */
export const nodeFolder = process.env['DASHKEEP_TEST_NODE'];

if (nodeFolder === undefined && process.env['DASHKEEP_REQUIRE_TIERS'] === '1') {
  throw new Error(
    'the node tier is required but no node is given: run tests/support/kube/node.sh start DIRECTORY, and take DIRECTORY/env',
  );
}

/** Tests on a real node; skipped where none is given, unless DASHKEEP_REQUIRE_TIERS=1. */
export const describeNode = describe.skipIf(nodeFolder === undefined);
