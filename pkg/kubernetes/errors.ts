import { DashkeepError } from '../contract/errors.ts';
import { reason, type KnownReason } from '../contract/reasons/catalogue.ts';
import type { AccessRule } from './types.ts';

/** A refusal by the API server, or no answer at all. Never holds a body: a Secret's would be in it. */
export class KubernetesError extends DashkeepError {
  /** HTTP status; 0 when there was no answer. */
  readonly httpStatus: number;
  /** Kubernetes' own word: Forbidden, NotFound, Conflict, … */
  readonly reason: string;

  constructor(
    httpStatus: number,
    reason: string,
    message: string,
    options: { cause?: unknown; advice?: KnownReason } = {},
  ) {
    super('DK_KUBERNETES', message, options);
    this.name = 'KubernetesError';
    this.httpStatus = httpStatus;
    this.reason = reason;
  }
}

/** @returns whether an error is a response of the Kubernetes API with this status */
export function isKubernetesStatus(error: unknown, status: number): boolean {
  return error instanceof KubernetesError && error.httpStatus === status;
}

/** The rule of a Role that grants one right, in one line that can be pasted below `rules:`. */
export function roleRule({ verb, group, resource, name }: AccessRule): string {
  return `- {apiGroups: ["${group}"], resources: [${resource}], resourceNames: [${name}], verbs: [${verb}]}`;
}

/** The error for an answer that is not a success. The server's message names user, verb and object, never content. */
export function refusal(access: AccessRule, status: number, word: string, message: string): KubernetesError {
  const what = `${access.verb} ${access.resource.replace(/s$/, '')} ${access.namespace}/${access.name}`;
  const text = `Kubernetes refused to ${what}: ${status} ${message.slice(0, 400)}`;
  return new KubernetesError(status, word, text, { advice: adviceFor(access, status) });
}

function adviceFor(access: AccessRule, status: number): KnownReason | undefined {
  switch (status) {
    case 401:
      return reason('check-service-account-token');
    case 403:
      return reason('add-role-rule', { namespace: access.namespace, rule: roleRule(access) });
    case 404:
      return reason('create-cluster-object', { resource: access.resource.replace(/s$/, ''), name: access.name });
    default:
      return undefined;
  }
}
