import type { KubernetesObject } from './helm.ts';

interface SecurityContext {
  runAsNonRoot?: boolean;
  runAsUser?: number;
  allowPrivilegeEscalation?: boolean;
  privileged?: boolean;
  readOnlyRootFilesystem?: boolean;
  capabilities?: { drop?: string[]; add?: string[] };
  seccompProfile?: { type?: string };
}

export interface Container {
  name: string;
  image: string;
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: object }[];
  ports?: { name?: string; containerPort: number; hostPort?: number }[];
  securityContext?: SecurityContext;
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
  readinessProbe?: object;
  livenessProbe?: object;
}

export interface PodSpec {
  securityContext?: SecurityContext;
  serviceAccountName?: string;
  automountServiceAccountToken?: boolean;
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  containers: Container[];
  initContainers?: Container[];
  volumes?: Record<string, unknown>[];
}

/** The pod that an object makes, if it makes one. */
export function podOf(object: KubernetesObject): PodSpec | undefined {
  const spec = object['spec'];
  switch (object.kind) {
    case 'Pod':
      return spec;
    case 'CronJob':
      return spec.jobTemplate.spec.template.spec;
    case 'Deployment':
    case 'StatefulSet':
    case 'Job':
      return spec.template.spec;
    default:
      return undefined;
  }
}

const VOLUME_TYPES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/**
 * What the Pod Security Standard "restricted" has against a pod, and, for containers of ours, a writable root.
 * Rules: kubernetes.io/docs/concepts/security/pod-security-standards.
 */
export function violationsOf(pod: PodSpec, ours: (container: Container) => boolean = () => true): string[] {
  const found: string[] = [];
  for (const field of ['hostNetwork', 'hostPID', 'hostIPC'] as const) {
    if (pod[field] === true) {
      found.push(field);
    }
  }
  for (const volume of pod.volumes ?? []) {
    const type = Object.keys(volume).find((key) => key !== 'name');
    if (type === undefined || !VOLUME_TYPES.includes(type)) {
      found.push(`volume ${String(volume['name'])}: ${type}`);
    }
  }
  for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
    found.push(...containerViolations(pod, container, ours(container)).map((rule) => `${container.name}: ${rule}`));
  }
  return found;
}

function containerViolations(pod: PodSpec, container: Container, ours: boolean): string[] {
  const own = container.securityContext ?? {};
  const effective = { ...pod.securityContext, ...own };
  const broken: [boolean, string][] = [
    [own.allowPrivilegeEscalation !== false, 'allowPrivilegeEscalation'],
    [own.privileged === true, 'privileged'],
    [effective.runAsNonRoot !== true, 'runAsNonRoot'],
    [effective.runAsUser === 0, 'runAsUser 0'],
    [!(own.capabilities?.drop ?? []).includes('ALL'), 'capabilities.drop'],
    [(own.capabilities?.add ?? []).some((name) => name !== 'NET_BIND_SERVICE'), 'capabilities.add'],
    [!['RuntimeDefault', 'Localhost'].includes(effective.seccompProfile?.type ?? ''), 'seccompProfile'],
    [(container.ports ?? []).some((port) => port.hostPort !== undefined), 'hostPort'],
    [ours && own.readOnlyRootFilesystem !== true, 'readOnlyRootFilesystem'],
  ];
  return broken.filter(([is]) => is).map(([, rule]) => rule);
}
