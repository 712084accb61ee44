import { describe } from 'vitest';
import { controlPlane } from '../support/kube/cluster.ts';

/** Folder of etcd and kube-apiserver; undefined when they were not built (tests/support/kube/build.sh). */
export const programs = controlPlane();

if (programs === undefined && process.env['DASHKEEP_REQUIRE_TIERS'] === '1') {
  throw new Error(
    'the Kubernetes tier is required but etcd and kube-apiserver are missing: run tests/support/kube/build.sh',
  );
}

/** Tests against a real API server; skipped where its programs were not built, unless DASHKEEP_REQUIRE_TIERS=1. */
export const describeKubernetes = describe.skipIf(programs === undefined);
