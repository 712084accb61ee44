import { Combobox, Field, Stack, Text } from '@grafana/ui';
import type { RestorePlan, UserMatch } from '../../../../pkg/contract/api/restores.ts';
import { plural, t } from '../../../lib/i18n.ts';

interface Props {
  users: NonNullable<RestorePlan['users']>;
  busy: boolean;
  onReplace: (user: { kind: 'user'; uid: string }, chosen: string | undefined) => void;
}

const SHOWN = 20;

/** Accounts of another Grafana for the users in permissions and teams. */
export function Users({ users: { matches, choices }, busy, onReplace }: Props) {
  const found = matches.filter(({ by }) => by === 'login');
  const open = matches.filter(({ by }) => by !== 'login');
  return (
    <section aria-labelledby="dashkeep-users">
      <Text element="h2" variant="h4" id="dashkeep-users">
        {t('users.title', 'Users')}
      </Text>
      {open.length > 0 && (
        <Text element="p" color="secondary">
          {t(
            'users.text',
            'These users appear in permissions and teams. For each, choose an account of the other Grafana instance, or leave the user out.',
          )}
        </Text>
      )}
      <Stack direction="column" gap={2}>
        {open.map((match) => (
          <Field
            key={match.login}
            label={match.email === undefined ? match.login : `${match.login} (${match.email})`}
            description={foundBy(match)}
            invalid={match.by === 'other-email'}
            noMargin
          >
            <Combobox
              id={`user-${match.login}`}
              width={50}
              isClearable
              disabled={busy}
              value={match.to ?? null}
              placeholder={
                match.by === 'other-email'
                  ? t('users.sameLogin', 'Account with the same login')
                  : t('users.leftOut', 'No account')
              }
              options={optionsFor(match, choices)}
              onChange={(option) => onReplace({ kind: 'user', uid: match.login }, option?.value)}
            />
          </Field>
        ))}
      </Stack>
      {found.length > 0 && (
        <Text element="p" color="secondary">
          {plural('users.found', found.length, 'Found by login: {{names}}', 'Found by login: {{names}}', {
            names:
              found
                .slice(0, SHOWN)
                .map(({ login }) => login)
                .join(', ') + (found.length > SHOWN ? ', …' : ''),
          })}
        </Text>
      )}
    </section>
  );
}

/** No account, then one with the same email address, which is never chosen automatically. */
function optionsFor({ sameEmail }: UserMatch, choices: readonly string[]) {
  const others = choices.filter((login) => login !== sameEmail).map((value) => ({ value }));
  return [
    { value: '', label: t('users.leaveOut', 'Leave out') },
    ...(sameEmail === undefined ? [] : [{ value: sameEmail, description: t('users.sameEmail', 'Same email address') }]),
    ...others,
  ];
}

function foundBy({ by, to }: UserMatch): string {
  const texts: Record<UserMatch['by'], string> = {
    login: '',
    choice: t('sources.byChoice', 'You chose it.'),
    'left-out': t('users.isLeftOut', 'The user gets no permissions and joins no teams there.'),
    'other-email': t(
      'users.otherEmail',
      'This account has a different email address and may belong to another person. If it gains access, the plan asks for confirmation.',
    ),
    none:
      to === undefined
        ? t('users.none', 'No account has this login. The user is left out.')
        : t('users.unknown', 'No account has the login {{login}}. The user is left out.', { login: to }),
  };
  return texts[by];
}
