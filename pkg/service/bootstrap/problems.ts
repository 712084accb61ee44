import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { GrafanaError } from '../../grafana/http/errors.ts';
import type { Admin } from './admin.ts';
import { fingerprint } from './memory.ts';

/** Grafana refuses the admin's password: it won't get better by asking again, and asking again locks the account. */
export class AdminRefused extends DashkeepError {
  /** Says which user and password were refused. */
  readonly fingerprint: string;

  constructor(admin: Admin, cause: unknown) {
    super('DK_BOOTSTRAP', `Grafana refuses the password of '${admin.user}' from ${admin.from}`, {
      cause,
      advice: reason('reset-admin-password', { command: 'grafana cli admin reset-admin-password' }),
    });
    this.fingerprint = fingerprint(`${admin.user}\n${admin.password}`);
  }
}

/** Grafana accepts the admin's password, but the account may not create tokens. */
export function adminForbidden({ user, from }: Admin, cause: GrafanaError): DashkeepError {
  return new DashkeepError('DK_BOOTSTRAP', `'${user}' from ${from} lacks a permission in Grafana (${cause.message})`, {
    cause,
    advice: reason('make-org-admin'),
  });
}

/** No stored token works, and nothing is given to make one with. */
export class NoAdmin extends DashkeepError {
  /** Whether there is a stored token, but Grafana does not take it. */
  readonly refused: boolean;

  constructor(refused: boolean) {
    const what = refused ? 'Grafana refuses the stored token' : 'there is no working token';
    super('DK_BOOTSTRAP', `${what}, and there are no admin credentials to create one`, {
      advice: reason('provide-admin'),
    });
    this.refused = refused;
  }
}
