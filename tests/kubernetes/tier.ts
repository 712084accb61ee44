import { describe } from 'vitest';
import { depth } from '../support/budget.ts';
import { controlPlane } from '../support/kube/cluster.ts';

/** Folder of etcd and kube-apiserver; undefined where they weren't built (tests/support/kube/build.sh) or without depth. */
export const programs = depth() === 'all' ? controlPlane() : undefined;

if (programs === undefined && process.env['DASHKEEP_REQUIRE_TIERS'] === '1') {
  throw new Error(
    'the Kubernetes tier is required but etcd and kube-apiserver are missing: run tests/support/kube/build.sh',
  );
}

/** Tests against a real API server, with depth and where its programs were built. */
export const describeKubernetes = describe.skipIf(programs === undefined);
