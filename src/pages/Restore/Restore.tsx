import { Button, LinkButton, Stack, Text } from '@grafana/ui';
import { useNavigate } from 'react-router';
import { AppPage } from '../../components/AppPage.tsx';
import { NoSnapshots } from '../../components/lists/NoSnapshots.tsx';
import { Loading, QueryView } from '../../components/QueryView.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { GoneLately } from '../../components/resources/GoneLately.tsx';
import { SnapshotPicker } from '../../components/resources/SnapshotPicker.tsx';
import { useConnections, usePlanRestore, useRestorePlan } from '../../data/useRestores.ts';
import { useStatus } from '../../data/useStatus.ts';
import { useSnapshot } from '../../data/useSnapshots.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { isGone } from './EndedRestore.tsx';
import { ModeFields } from './ModeFields.tsx';
import { readForm, requestOf } from './request.ts';
import { SelectionFields } from './SelectionFields.tsx';

/** Parameters of the address that say what is wanted. */
const NAMED = ['plan', 'snapshot', 'type', 'kinds', 'uid', 'resource'];

/** Chooses what to bring back. Leads to the plan; nothing is changed from here. */
export function Restore() {
  const url = useUrlState();
  const { change } = url;
  const newest = useSnapshot('latest');
  const base = useRestorePlan(url.read('plan'));
  const navigate = useNavigate();
  const plan = usePlanRestore();
  const connections = useConnections();
  return (
    <AppPage
      pageNav={{ text: t('plan.title', 'Restore'), url: routes.restore() }}
      actions={
        connections.data !== undefined &&
        connections.data.length > 0 && (
          <LinkButton variant="secondary" icon="share-alt" href={routes.send()}>
            {t('send.title', 'Send to another Grafana')}
          </LinkButton>
        )
      }
      subTitle={t('restore.subtitle', 'Choose what to restore. You see the plan before anything changes.')}
    >
      {isGone(newest.error) ? (
        <NoSnapshots />
      ) : (
        <QueryView query={newest}>
          {(latest) => {
            if (base.isLoading) {
              return <Loading />;
            }
            const chosen = readForm(url, base.data);
            const form = { ...chosen, snapshot: chosen.snapshot || latest.id };
            const request = requestOf(form);
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
                  {NAMED.every((name) => url.read(name) === '') && <DeletedLately />}
                  <SnapshotPicker
                    id="restore-snapshot"
                    label={t('restore.from', 'From which snapshot')}
                    value={form.snapshot}
                    onChange={(snapshot) => change({ snapshot, uid: undefined, resource: undefined })}
                  />
                  <SelectionFields form={form} change={change} />
                  <ModeFields form={form} change={change} />
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
    </AppPage>
  );
}

/** What somebody most likely looks for who comes without having chosen anything. */
function DeletedLately() {
  const { data } = useStatus();
  return data?.newest === undefined ? null : <GoneLately newest={data.newest.id} lastRestore={data.lastRestore?.id} />;
}
