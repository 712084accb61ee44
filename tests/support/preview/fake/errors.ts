/** An answer that is not a success, in the service's form. */
export class FakeError extends Error {
  readonly status: number;
  readonly body: object;

  constructor(status: number, code: string, message: string, hint: string, more: object = {}) {
    super(message);
    this.status = status;
    this.body = { error: { code, message, hint, ...more }, message };
  }
}
