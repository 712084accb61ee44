import { Alert, Button, Stack, Switch, Text } from '@grafana/ui';
import type { RestorePlan } from '../../../pkg/contract/api/restores.ts';
import { Loading } from '../../components/QueryView.tsx';
import { SecurityList } from '../../components/resources/SecurityList.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import type { useSecurityItems } from '../../data/lists/useRestoreLists.ts';
import { t } from '../../lib/i18n.ts';

interface Props {
  plan: RestorePlan;
  list: ReturnType<typeof useSecurityItems>;
  /** Whether the plan finishes a restore for which they were confirmed. */
  isAgain: boolean;
  busy: boolean;
  onKeepSecrets: (keep: boolean) => void;
}

/** What nobody may overlook: who gets to see or receive more, resource by resource, before all else in the plan. */
export function SecurityChanges({ plan, list, isAgain, busy, onKeepSecrets }: Props) {
  if (!(plan.security > 0)) {
    return null;
  }
  const resources = list.items.map(({ security, ...item }) => ({ ...item, changes: security }));
  const hasSecrets = resources.some(({ changes }) => changes.some(({ params }) => params['secrets'] !== undefined));
  return (
    <Alert severity="warning" bottomSpacing={0} title={t('security.title', 'Changes to access or data destinations')}>
      <Stack direction="column" gap={2}>
        <Text element="p">
          {t('security.text', 'Check that each is intended. To apply the plan, type a confirmation.')}
          {isAgain && [' ', t('security.again', 'Access may have been restricted since.')]}
        </Text>
        {list.isPending && <Loading />}
        {list.error !== null && <ServiceNotice error={list.error} onRetry={list.refetch} />}
        {resources.length > 0 && <SecurityList resources={resources} />}
        {resources.length < list.total && (
          <Button variant="secondary" size="sm" onClick={list.loadMore}>
            {t('security.more', 'Show more')}
          </Button>
        )}
        {hasSecrets && plan.undoes === undefined && (
          <KeepSecrets checked={plan.options.keepSecrets === true} disabled={busy} onChange={onKeepSecrets} />
        )}
      </Stack>
    </Alert>
  );
}

function KeepSecrets(props: { checked: boolean; disabled: boolean; onChange: (keep: boolean) => void }) {
  return (
    <Stack gap={1} alignItems="flex-start">
      <Switch
        id="keep-secrets"
        value={props.checked}
        disabled={props.disabled}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <label htmlFor="keep-secrets">
        {t('security.keep', 'Keep stored secrets where the address changes')}
        <Text element="p" color="secondary" variant="bodySmall">
          {t(
            'security.keepText',
            'Grafana then sends them to the new address. Otherwise they are removed, and you have to enter them again.',
          )}
        </Text>
      </label>
    </Stack>
  );
}
