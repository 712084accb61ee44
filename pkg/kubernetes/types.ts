/** The few Kubernetes types that are used, and of those only the members that are used. */
export interface ObjectMeta {
  name?: string;
  namespace?: string;
  resourceVersion?: string;
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
  managedFields?: ManagedFields[];
}

export interface ManagedFields {
  manager?: string;
  operation?: string;
  fieldsV1?: Record<string, unknown>;
}

export interface Secret {
  apiVersion: 'v1';
  kind: 'Secret';
  metadata: ObjectMeta;
  /** Values in base64. Absent while the Secret is empty. */
  data?: Record<string, string>;
  immutable?: boolean;
}

export interface LeaseSpec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  /** With microseconds. */
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

export interface Lease {
  apiVersion: 'coordination.k8s.io/v1';
  kind: 'Lease';
  metadata: ObjectMeta;
  spec?: LeaseSpec;
}

/** What the API server sends instead of an object when it refuses. */
export interface Status {
  kind?: string;
  reason?: string;
  message?: string;
  code?: number;
}

/** One right that the service needs, as RBAC says it. */
export interface AccessRule {
  verb: string;
  group: string;
  resource: string;
  namespace: string;
  name: string;
}
