import { EmptyState, Stack, TextLink } from '@grafana/ui';
import { AppPage } from '../../components/AppPage.tsx';
import { QueryView } from '../../components/QueryView.tsx';
import { useConnections, useMappings } from '../../data/useRestores.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { GUIDES } from '../../lib/catalogue/guides.ts';
import { t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';
import { RequestForm } from '../Restore/RequestForm.tsx';
import { BackUpFirst } from './BackUpFirst.tsx';
import { LastSent } from './SendAgain.tsx';
import { replacementsOf } from './mapping.ts';
import { MappingField } from './MappingField.tsx';
import { SendFields } from './SendFields.tsx';

/** The form for resources and destination. It leads to the plan and changes nothing itself. */
export function Send() {
  const connections = useConnections();
  return (
    <AppPage
      pageNav={{ text: t('send.title', 'Send to another Grafana instance'), url: routes.send() }}
      subTitle={t(
        'send.subtitle',
        'Choose the resources to send and their destination. You see the plan before anything changes.',
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
    <EmptyState variant="not-found" message={t('send.none', 'No other Grafana instance is available here')}>
      {t(
        'send.noneText',
        'Other Grafana instances are set up in Dashkeep’s deployment. Only admins of the home organization can send resources there.',
      )}{' '}
      <TextLink href={`${GUIDES}/migrate.md`} external>
        {t('send.guide', 'Guide')}
      </TextLink>
    </EmptyState>
  );
}

function Form({ connections }: { connections: { name: string; url: string }[] }) {
  const { change, read } = useUrlState();
  const mappings = useMappings();
  const name = read('mapping');
  const mapping = mappings.data?.find((one) => one.name === name);
  const [only, ...others] = connections;
  return (
    <Stack direction="column" gap={3}>
      <BackUpFirst onDone={() => change({ snapshot: undefined })}>
        <LastSent connections={connections} />
      </BackUpFirst>
      {/* Without a backup there is nothing else to choose. */}
      <RequestForm
        to={others.length === 0 ? only?.name : undefined}
        mapped={mapping && replacementsOf(mapping.mapping)}
        isComplete={({ to }) => to !== '' && (name === '' || mapping !== undefined)}
        empty={null}
      >
        {(form) => (
          <>
            <SendFields form={form} connections={connections} change={change} />
            <QueryView query={mappings}>
              {(saved) => <MappingField mappings={saved} chosen={mapping} change={change} />}
            </QueryView>
          </>
        )}
      </RequestForm>
    </Stack>
  );
}
