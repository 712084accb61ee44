import { LinkButton } from '@grafana/ui';
import { ServiceError } from '../../api/errors.ts';
import { AppPage } from '../../components/AppPage.tsx';
import { RestoreCutShort, restoreCutShort } from '../../components/problems/RestoreCutShort.tsx';
import { GoneLately } from '../../components/resources/GoneLately.tsx';
import { useConnections } from '../../data/useRestores.ts';
import { useStatus } from '../../data/useStatus.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { ModeFields } from './ModeFields.tsx';
import { RequestForm } from './RequestForm.tsx';

/** Parameters of the address that say what is wanted. */
const NAMED = ['plan', 'snapshot', 'type', 'kinds', 'uid', 'resource'];

/** Chooses what to bring back. Leads to the plan; nothing is changed from here. */
export function Restore() {
  const { read } = useUrlState();
  const connections = useConnections();
  const { data: status } = useStatus();
  return (
    <AppPage
      pageNav={{ text: t('plan.title', 'Restore'), url: routes.restore() }}
      actions={
        // That page says why if nothing can be sent.
        ((connections.data ?? []).length > 0 || isRefused(connections.error)) && (
          <LinkButton variant="secondary" icon="share-alt" href={routes.send()}>
            {t('send.title', 'Send to another Grafana instance')}
          </LinkButton>
        )
      }
      subTitle={t('restore.subtitle', 'Choose what to restore. You see the plan before anything changes.')}
    >
      {status && <RestoreCutShort run={restoreCutShort(status)} />}
      <RequestForm
        above={
          // What someone who has not chosen anything yet most likely looks for.
          status?.newest !== undefined &&
          NAMED.every((name) => read(name) === '') && (
            <GoneLately newest={status.newest.id} lastRestore={status.lastRestore?.id} />
          )
        }
      >
        {(form, change) => <ModeFields form={form} change={change} />}
      </RequestForm>
    </AppPage>
  );
}

function isRefused(error: Error | null): boolean {
  return error instanceof ServiceError && error.code === 'DK_SETTINGS';
}
