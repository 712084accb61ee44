import { DashkeepError } from '../../contract/errors.ts';
import type { Admin } from './admin.ts';
import { fingerprint } from './memory.ts';

/** Grafana refuses the admin's password: it won't get better by asking again, and asking again locks the account. */
export class AdminRefused extends DashkeepError {
  /** Says which user and password were refused. */
  readonly fingerprint: string;

  constructor(admin: Admin, cause: unknown) {
    super('DK_BOOTSTRAP', `Grafana refuses the password of '${admin.user}' from the admin Secret`, {
      cause,
      hint:
        'Grafana uses this password only when it creates its database. A Secret that was rendered again later (for example by Argo CD) contains another one. ' +
        'Reset it with `grafana cli admin reset-admin-password`, or put the real one into the Secret.',
    });
    this.fingerprint = fingerprint(`${admin.user}\n${admin.password}`);
  }
}

/** No stored token works, and nothing is given to make one with. */
export class NoAdmin extends DashkeepError {
  /** Whether there is a stored token, but Grafana does not take it. */
  readonly refused: boolean;

  constructor(refused: boolean) {
    const what = refused ? 'Grafana refuses the stored token' : 'there is no working token';
    super('DK_BOOTSTRAP', `${what}, and there are no admin credentials to make one`, {
      hint: 'Mount the admin Secret (DASHKEEP_ADMIN_SECRET_DIR), or give GRAFANA_API_TOKEN.',
    });
    this.refused = refused;
  }
}
