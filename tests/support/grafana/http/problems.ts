/** An answer other than success, thrown by handlers and sent as it is. */
export class Problem extends Error {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Record<string, string>;

  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    super(`HTTP ${status}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** Grafana's plain error: `{"message": …}` and whatever the endpoint adds. */
export function problem(status: number, message: string, extra: Record<string, unknown> = {}): Problem {
  return new Problem(status, { message, ...extra });
}

/** Grafana's newer error with a `messageId`. */
export function errutil(status: number, messageId: string, message: string): Problem {
  return new Problem(status, { message, messageId, statusCode: status });
}

/** The same from the middleware that finds out who calls. */
export function unauthenticated(messageId: string, message: string): Problem {
  return new Problem(401, { extra: null, message, messageId, statusCode: 401, traceID: '' });
}

/** The same as `response.Err` writes it, which knows no trace. */
export function publicError(statusCode: number, messageId: string, message: string): Problem {
  return new Problem(statusCode, { statusCode, messageId, message });
}

/** What the access control middleware answers; names the missing permission. */
export function accessDenied(needed: string): Problem {
  const accessErrorId = `ACE${String(Math.abs(hash(needed)))
    .padStart(10, '0')
    .slice(0, 10)}`;
  return new Problem(403, {
    accessErrorId,
    message: `You'll need additional permissions to perform this action. Permissions needed: ${needed}`,
    title: 'Access denied',
  });
}

/** The Kubernetes-style error of `/apis`. */
export function k8sStatus(
  code: number,
  reason: string,
  message: string,
  metadata: Record<string, unknown> = {},
  details?: Record<string, unknown>,
): Problem {
  return new Problem(code, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata,
    status: 'Failure',
    message,
    reason,
    ...(details ? { details } : {}),
    code,
  });
}

function hash(text: string): number {
  let value = 17;
  for (let index = 0; index < text.length; index++) {
    value = (value * 31 + text.charCodeAt(index)) | 0;
  }
  return value;
}
