/** An answer that S3 gives instead of doing what was asked. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;

  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export function accessDenied(why = 'Access Denied'): Refusal {
  return new Refusal(403, 'AccessDenied', why);
}
