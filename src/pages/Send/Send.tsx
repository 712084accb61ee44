import { Button, EmptyState, Stack, Text, TextLink } from '@grafana/ui';
import { useNavigate } from 'react-router';
import { AppPage } from '../../components/AppPage.tsx';
import { Loading, QueryView } from '../../components/QueryView.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { SnapshotPicker } from '../../components/resources/SnapshotPicker.tsx';
import { useConnections, usePlanRestore, useRestorePlan } from '../../data/useRestores.ts';
import { useSnapshot } from '../../data/useSnapshots.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { isGone } from '../Restore/EndedRestore.tsx';
import { readForm, requestOf } from '../Restore/request.ts';
import { SelectionFields } from '../Restore/SelectionFields.tsx';
import { BackUpFirst } from './BackUpFirst.tsx';
import { SendFields } from './SendFields.tsx';

const GUIDE = 'https://github.com/dashkeep/dashkeep/blob/main/docs/migrate.md';

/** The form for resources and destination. It leads to the plan and changes nothing itself. */
export function Send() {
  const connections = useConnections();
  return (
    <AppPage
      pageNav={{ text: t('send.title', 'Send to another Grafana'), url: routes.send() }}
      subTitle={t(
        'send.subtitle',
        'Choose what to send and its destination. You see the plan before anything changes.',
      )}
    >
      <QueryView query={connections}>
        {(found) => (found.length === 0 ? <NoConnection /> : <Form connections={found} />)}
      </QueryView>
    </AppPage>
  );
}

function NoConnection() {
  return (
    <EmptyState variant="not-found" message={t('send.none', 'No other Grafana is available here')}>
      {t(
        'send.noneText',
        'Other Grafana instances are set up in the deployment of Dashkeep. Only admins of the home organization can send resources there.',
      )}{' '}
      <TextLink href={GUIDE} external>
        {t('send.guide', 'Guide')}
      </TextLink>
    </EmptyState>
  );
}

function Form({ connections }: { connections: { name: string; url: string }[] }) {
  const url = useUrlState();
  const { change } = url;
  const newest = useSnapshot('latest');
  const base = useRestorePlan(url.read('plan'));
  const navigate = useNavigate();
  const plan = usePlanRestore();
  const [only, ...others] = connections;
  const takeNewest = () => change({ snapshot: undefined });
  return (
    <Stack direction="column" gap={3}>
      <BackUpFirst onDone={takeNewest} />
      {/* Without a backup there is nothing else to choose. */}
      {!isGone(newest.error) && (
        <QueryView query={newest}>
          {(latest) => {
            if (base.isLoading) {
              return <Loading />;
            }
            const chosen = readForm(url, base.data);
            const form = {
              ...chosen,
              snapshot: chosen.snapshot || latest.id,
              to: chosen.to || (others.length === 0 ? (only?.name ?? '') : ''),
            };
            const request = form.to === '' ? undefined : requestOf(form);
            return (
              <form
                onSubmit={(event) => {
                  event.preventDefault();
                  if (request !== undefined) {
                    plan.mutate(request, { onSuccess: (made) => void navigate(routes.restorePlan(made.id)) });
                  }
                }}
              >
                <Stack direction="column" gap={4} maxWidth={90}>
                  <SnapshotPicker
                    id="send-snapshot"
                    label={t('restore.from', 'From which snapshot')}
                    value={form.snapshot}
                    onChange={(snapshot) => change({ snapshot, uid: undefined, resource: undefined })}
                  />
                  <SelectionFields form={form} change={change} />
                  <SendFields form={form} connections={connections} change={change} />
                  {plan.error !== null && <ServiceNotice error={plan.error} />}
                  <Stack gap={2} alignItems="center" wrap="wrap">
                    <Button type="submit" icon="list-ul" disabled={request === undefined || plan.isPending}>
                      {t('restore.showPlan', 'Show the plan')}
                    </Button>
                    <Text color="secondary">{t('restore.nothingYet', 'Nothing has been changed yet.')}</Text>
                  </Stack>
                </Stack>
              </form>
            );
          }}
        </QueryView>
      )}
    </Stack>
  );
}
