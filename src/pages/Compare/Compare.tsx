import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, EmptyState, LinkButton, Stack, useStyles2 } from '@grafana/ui';
import { useEffect } from 'react';
import { AppPage } from '../../components/AppPage.tsx';
import { CopiedAlert } from '../../components/json/CopiedAlert.tsx';
import { ForeignAlert } from '../../components/ForeignSnapshot.tsx';
import { NoSnapshots } from '../../components/lists/NoSnapshots.tsx';
import { Loading, QueryView } from '../../components/QueryView.tsx';
import { SnapshotPicker } from '../../components/resources/SnapshotPicker.tsx';
import { useSnapshot } from '../../data/useSnapshots.ts';
import { t } from '../../lib/i18n.ts';
import { parseResource, routes, resourceParameter } from '../../lib/routes.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { isGone } from '../Restore/EndedRestore.tsx';
import { DiffList, filtersOf } from './DiffList.tsx';
import { GoneHere } from './GoneHere.tsx';
import type { NamedRef } from '../../../pkg/contract/kinds.ts';
import { useSteps } from '../../components/resources/Neighbours.tsx';
import { ResourceDiffDrawer } from '../../components/resources/ResourceDiffDrawer.tsx';
import { useDiff, useRefreshLive } from '../../data/useDiff.ts';

/** Two points in time, or one and now. Without a choice it offers the newest snapshot and now: that reads Grafana. */
export function Compare() {
  const { read, change } = useUrlState();
  const newest = useSnapshot('latest');
  const from = read('from') || newest.data?.id;
  const earlier = useSnapshot(from);
  return (
    <AppPage
      pageNav={{ text: t('compare.title', 'Compare'), url: routes.compare() }}
      subTitle={t('compare.subtitle', 'See which resources differ between two snapshots.')}
      actions={
        from !== undefined &&
        !earlier.data?.foreign && (
          <LinkButton variant="secondary" icon="history" href={routes.restore({ snapshot: from })}>
            {t('compare.restore', 'Restore from the earlier snapshot')}
          </LinkButton>
        )
      }
    >
      {from !== undefined ? (
        <Comparison
          from={from}
          to={read('to')}
          change={change}
          resource={read('resource')}
          isNow={read('refresh') !== ''}
        />
      ) : isGone(newest.error) ? (
        <NoSnapshots />
      ) : (
        <QueryView query={newest}>{() => <Loading />}</QueryView>
      )}
    </AppPage>
  );
}

interface ComparisonProps {
  from: string;
  /** Empty until a person has chosen. */
  to: string;
  resource: string;
  /** Whether Grafana is to be read again for it. */
  isNow: boolean;
  change: (changes: Record<string, string | undefined>) => void;
}

function Comparison({ from, to, resource, isNow, change }: ComparisonProps) {
  const styles = useStyles2(getStyles);
  const opened = parseResource(resource);
  const { mutate: refresh } = useRefreshLive(from);
  useEffect(() => {
    if (isNow) {
      refresh();
      // Going back to this page reads nothing again.
      change({ refresh: undefined });
    }
  }, [isNow, refresh, change]);
  return (
    <Stack direction="column" gap={3}>
      <div className={styles.sides}>
        <SnapshotPicker
          id="compare-from"
          label={t('compare.from', 'Earlier')}
          value={from}
          onChange={(id) => change({ from: id, to: to || undefined, resource: undefined })}
        />
        <Button
          className={styles.swap}
          variant="secondary"
          icon="exchange-alt"
          aria-label={t('compare.swap', 'Swap the two sides')}
          disabled={to === '' || to === 'live'}
          onClick={() => change({ from: to, to: from, resource: undefined })}
        />
        <SnapshotPicker
          id="compare-to"
          label={t('compare.to', 'Later')}
          value={to || 'live'}
          withLive
          onChange={(id) => change({ from, to: id, resource: undefined })}
        />
      </div>
      {to === '' ? (
        <EmptyState
          variant="call-to-action"
          message={t('compare.start', 'Compare with the current state of Grafana')}
          button={
            <Button icon="code-branch" onClick={() => change({ from, to: 'live', refresh: 'true' })}>
              {t('snapshot.compareLive', 'Compare with Grafana now')}
            </Button>
          }
        >
          {t(
            'compare.startText',
            'This reads all of Grafana, which takes a minute or more with thousands of dashboards.',
          )}
        </EmptyState>
      ) : from === to ? (
        <EmptyState variant="not-found" message={t('compare.same', 'Both sides are the same snapshot')} role="status" />
      ) : (
        <>
          <SideNotes from={from} to={to} />
          <GoneHere from={from} to={to} />
          <DiffList key={`${from} ${to}`} from={from} to={to} />
        </>
      )}
      {opened && <DiffDrawer from={from} to={to || 'live'} resource={opened} />}
    </Stack>
  );
}

function SideNotes({ from, to }: { from: string; to: string }) {
  const { data: earlier } = useSnapshot(from);
  const { data: later } = useSnapshot(to === 'live' ? undefined : to);
  return (
    <>
      {(earlier?.foreign || later?.foreign) && <ForeignAlert />}
      <CopiedAlert snapshot={earlier} named />
      <CopiedAlert snapshot={later} named />
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  swap: css({ justifySelf: 'start' }),
  sides: css({
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) auto minmax(0, 1fr)',
    alignItems: 'end',
    gap: theme.spacing(2),
    [theme.breakpoints.down('md')]: { gridTemplateColumns: 'minmax(0, 1fr)', justifyItems: 'stretch' },
  }),
});

/** One difference of the list, with the way to the one before and the one after it. */
function DiffDrawer({ from, to, resource }: { from: string; to: string; resource: NamedRef }) {
  const { read, change } = useUrlState();
  const list = useDiff(from, to, filtersOf(read));
  const here = resourceParameter(resource);
  const at = list.items.findIndex((entry) => resourceParameter(entry) === here);
  const steps = useSteps(list, at, (entry) => change({ resource: resourceParameter(entry) }));
  return (
    <ResourceDiffDrawer
      from={from}
      to={to}
      resource={resource}
      steps={steps}
      onClose={() => change({ resource: undefined })}
    />
  );
}
