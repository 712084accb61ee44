import { DashkeepError } from '../contract/errors.ts';
import type { Access } from './types.ts';

/** A refusal by the API server, or no answer at all. Never holds a body: a Secret's would be in it. */
export class KubernetesError extends DashkeepError {
  /** HTTP status; 0 when there was no answer. */
  readonly httpStatus: number;
  /** Kubernetes' own word: Forbidden, NotFound, Conflict, … */
  readonly reason: string;

  constructor(httpStatus: number, reason: string, message: string, options: { cause?: unknown; hint?: string } = {}) {
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
export function roleRule({ verb, group, resource, name }: Access): string {
  return `- {apiGroups: ["${group}"], resources: [${resource}], resourceNames: [${name}], verbs: [${verb}]}`;
}

/** The error for an answer that is not a success. The server's message names user, verb and object, never content. */
export function refusal(access: Access, status: number, reason: string, message: string): KubernetesError {
  const what = `${access.verb} ${access.resource.replace(/s$/, '')} ${access.namespace}/${access.name}`;
  const text = `Kubernetes refused to ${what}: ${status} ${message.slice(0, 400)}`;
  return new KubernetesError(status, reason, text, hintFor(access, status));
}

function hintFor(access: Access, status: number): { hint?: string } {
  if (status === 403) {
    return { hint: `Add to the Role in namespace ${access.namespace}: ${roleRule(access)}` };
  }
  if (status === 404) {
    return {
      hint: `Create the ${access.resource.replace(/s$/, '')} ${access.name} (the chart does), or correct its name.`,
    };
  }
  if (status === 401) {
    return { hint: 'The service account token is not accepted: check that it is mounted and that the clock is right.' };
  }
  return {};
}
