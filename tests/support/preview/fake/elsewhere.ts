import type { RestoreOptions, RestorePlan, RestoreRequest, UserMatch } from '../../../../pkg/contract/api/restores.ts';

/** What another Grafana has under other names. */
export function foundThere(
  { options = {}, selection }: RestoreRequest,
  { replace }: NonNullable<RestoreOptions['to']>,
): Pick<RestorePlan, 'dataSources' | 'counterparts' | 'users'> {
  const type = 'prometheus';
  const from = { uid: 'prometheus-main', name: 'Prometheus', type };
  const chosen = options.dataSources?.[from.uid];
  const to = { uid: 'prometheus-eu', name: 'Prometheus EU', type };
  const folder = selection.type === 'folder' ? selection.uid : 'payments';
  const counterpart = { kind: 'folder' as const, uid: folder, title: 'Payments' };
  const there = replace?.folder?.[folder];
  const choices = [{ uid: 'from-stage', title: 'From stage' }];
  return {
    dataSources: [chosen === undefined ? { from, by: 'none' } : { from, to, by: 'choice' }],
    users: {
      matches: [
        { login: 'grace', email: 'grace@example.com', ...byChoice(replace?.user?.['grace'], 'other-email') },
        { login: 'ada', email: 'ada@example.com', sameEmail: 'lovelace', ...byChoice(replace?.user?.['ada'], 'none') },
        { login: 'admin', by: 'login' },
      ],
      choices: ['admin', 'grace', 'lovelace'],
    },
    counterparts: [{ ...counterpart, choices, ...(there === undefined ? {} : { to: there }) }],
  };
}

function byChoice(to: string | undefined, by: UserMatch['by']): Pick<UserMatch, 'by' | 'to'> {
  return to === undefined ? { by } : { by: to === '' ? 'left-out' : 'choice', to };
}
