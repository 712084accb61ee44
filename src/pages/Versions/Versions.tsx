import { config } from '@grafana/runtime';
import { Button, EmptyState, InlineField, InlineSwitch, Stack, Text } from '@grafana/ui';
import { useState } from 'react';
import { useParams } from 'react-router';
import type { ResourceVersion } from '../../../pkg/contract/api/versions.ts';
import type { Nameable, NamedRef } from '../../../pkg/contract/kinds.ts';
import { ServiceError } from '../../api/errors.ts';
import { AppPage } from '../../components/AppPage.tsx';
import { IndexedNotice } from '../../components/problems/IndexedNotice.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { RelativeTime } from '../../components/RelativeTime.tsx';
import { Loading } from '../../components/QueryView.tsx';
import { OpenCopies } from '../../components/resources/OpenCopies.tsx';
import { ResourceDiffDrawer } from '../../components/resources/ResourceDiffDrawer.tsx';
import { useResourceDiff } from '../../data/useDiff.ts';
import { useVersions } from '../../data/lists/useVersions.ts';
import { distinctTimes } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { deletedBy, deletedByUnknown } from '../../lib/resources/savedBy.ts';
import { routes } from '../../lib/routes.ts';
import { useSelection } from '../../hooks/useSelection.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { keyOf, refOfVersion, sidesOf, type Against, type Sides, placeOf } from './sides.ts';
import { VersionCard } from './VersionCard.tsx';
import { useSteps } from '../../components/resources/Neighbours.tsx';

/** Every version of one resource that a backup holds. */
export function Versions() {
  const { kind = '', uid = '' } = useParams();
  const resource = { org: config.bootData.user.orgId, kind: kind as Nameable, uid };
  const { read, change } = useUrlState();
  const below = kind === 'folder' && read('below') === 'yes';
  const list = useVersions(resource, below);
  return (
    <AppPage
      pageNav={{
        text: list.first?.title ?? uid,
        parentItem: { text: t('history.title', 'History'), url: routes.history() },
      }}
      subTitle={t('versions.subtitle', '{{kind}}: every version in your backups', { kind: kindLabel(resource.kind) })}
    >
      {kind === 'folder' && (
        <InlineField label={t('versions.below', 'Include its contents')} transparent>
          <InlineSwitch
            id="versions-below"
            value={below}
            onChange={(event) => change({ below: event.currentTarget.checked ? 'yes' : undefined })}
          />
        </InlineField>
      )}
      {kind === 'dashboard' && <OpenCopies />}
      <Timeline resource={resource} list={list} />
    </AppPage>
  );
}

function Timeline({ resource, list }: { resource: NamedRef; list: ReturnType<typeof useVersions> }) {
  const [compared, setCompared] = useState<{ version: ResourceVersion; against: Against }>();
  const [two, setTwo] = useState<Sides>();
  const { first, items, total, error, isPending } = list;
  const single = items.every((version) => version.resource === undefined);
  const newest = single ? items.find(({ what }) => what !== 'deleted') : undefined;
  const {
    change: live,
    to: gone,
    sameAs,
  } = useResourceDiff(newest?.snapshots.last ?? '', 'live', resource, newest !== undefined).data ?? {};
  const isGone = live === undefined ? first?.deleted === true : live === 'removed';
  const ticks = useSelection(keyOf);
  if (error instanceof ServiceError && error.code === 'DK_NOT_FOUND') {
    return (
      <EmptyState variant="not-found" message={t('versions.none', 'No backup contains this yet')} role="status">
        {t('versions.noneText', 'It was created after the last backup, or backups do not cover it.')}
      </EmptyState>
    );
  }
  if (error !== null) {
    return <ServiceNotice error={error} onRetry={list.refetch} />;
  }
  if (first === undefined || isPending) {
    return <Loading />;
  }
  const timeText = distinctTimes(items.map(({ time }) => time));
  return (
    <>
      <IndexedNotice indexed={first.indexed} />
      <Text color="secondary">
        <span role="status">
          {plural('versions.count', total, '{{number}} version', '{{number}} versions')}
          {isGone && ` · ${t('versions.deleted', 'It no longer exists in Grafana')}`}
          {isGone && gone && ` · ${deletedBy(gone) ?? deletedByUnknown()} `}
        </span>
        {isGone && gone?.updated !== undefined && <RelativeTime time={gone.updated} />}
      </Text>
      {single && items.length > 1 && <CompareTwo chosen={ticks.chosen} items={items} onCompare={setTwo} />}
      <Stack direction="column" gap={1}>
        {items.map((version) => (
          <VersionCard
            key={keyOf(version)}
            resource={refOfVersion(resource, version)}
            version={version}
            hasBefore={sidesOf(version, items, 'before') !== undefined}
            onCompare={(against) => setCompared({ version, against })}
            isLive={version.snapshots.last === sameAs}
            isPrimary={isGone && single && version === newest}
            timeText={timeText}
            ticked={single && version.what !== 'deleted' ? ticks.has(version) : undefined}
            onTick={() => ticks.toggle(version)}
          />
        ))}
      </Stack>
      {list.hasMore && (
        <div>
          <Button variant="secondary" onClick={list.loadMore}>
            {t('versions.more', 'Show earlier versions')}
          </Button>
        </div>
      )}
      {compared && (
        <VersionDrawer
          {...compared}
          list={list}
          resource={resource}
          onStep={(version) => setCompared({ ...compared, version })}
          onClose={() => setCompared(undefined)}
        />
      )}
      {two && <ResourceDiffDrawer {...two} resource={resource} onClose={() => setTwo(undefined)} />}
    </>
  );
}

interface CompareTwoProps {
  chosen: ResourceVersion[];
  items: ResourceVersion[];
  onCompare: (sides: Sides) => void;
}

/** Compares the two that are ticked, the earlier one first. */
function CompareTwo({ chosen, items, onCompare }: CompareTwoProps) {
  const ticked = new Set(chosen.map(keyOf));
  const [later, earlier] = items.filter((version) => ticked.has(keyOf(version)));
  const ready = ticked.size === 2 && earlier !== undefined && later !== undefined;
  return (
    <div>
      <Button
        size="sm"
        variant="secondary"
        icon="code-branch"
        disabled={!ready}
        tooltip={ready ? undefined : t('versions.chooseTwo', 'Select two versions below')}
        onClick={() => ready && onCompare({ from: earlier.snapshots.last, to: later.snapshots.last })}
      >
        {t('versions.compareTwo', 'Compare the two selected versions')}
      </Button>
    </div>
  );
}

interface DrawerProps {
  list: ReturnType<typeof useVersions>;
  /** Whose versions are listed. */
  resource: NamedRef;
  version: ResourceVersion;
  against: Against;
  onStep: (version: ResourceVersion) => void;
  onClose: () => void;
}

/** One version beside the one before it or what is in Grafana, with the way to the other versions of the list. */
function VersionDrawer({ list, resource, version, against, onStep, onClose }: DrawerProps) {
  const { items, total, loadMore } = list;
  const compared = items.filter((one) => sidesOf(one, items, against) !== undefined);
  const rest = total - items.length;
  const steps = useSteps(
    { items: compared, total: compared.length + rest, loadMore },
    placeOf(version, compared),
    onStep,
  );
  const sides = sidesOf(version, items, against);
  return (
    sides && (
      <ResourceDiffDrawer {...sides} resource={refOfVersion(resource, version)} steps={steps} onClose={onClose} />
    )
  );
}
