import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Checkbox, LinkButton, Stack, Text, TextLink, useStyles2 } from '@grafana/ui';
import type { ResourceVersion } from '../../../pkg/contract/api/versions.ts';
import type { NamedRef } from '../../../pkg/contract/kinds.ts';
import { ForeignBadge } from '../../components/ForeignSnapshot.tsx';
import { LabelBadge } from '../../components/LabelBadge.tsx';
import { RelativeTime } from '../../components/RelativeTime.tsx';
import { ResourceName } from '../../components/resources/ResourceName.tsx';
import { RestoreButton } from '../../components/resources/RestoreButton.tsx';
import { SavedBy, versionLooks } from '../../components/lists/SavedBy.tsx';
import { VersionChanges } from '../../components/resources/VersionChanges.tsx';
import { OpenAsItWas } from '../../components/resources/OpenAsItWas.tsx';
import { formatBytes, formatDuration } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { refOf, resourceParameter, routes } from '../../lib/routes.ts';
import type { Against } from './sides.ts';
import { cardStyle } from '../../lib/styles.ts';

interface Props {
  resource: NamedRef;
  version: ResourceVersion;
  /** Whether it can be compared with the version before. */
  hasBefore: boolean;
  onCompare: (against: Against) => void;
  /** Whether Grafana holds exactly this now. */
  isLive: boolean;
  /** Whether restoring it is what the page is for: the last version of what no longer exists in Grafana. */
  isPrimary: boolean;
  timeText: (time: string) => string;
  /** Whether it is one of those to compare; absent where that can't be. */
  ticked?: boolean | undefined;
  onTick?: (() => void) | undefined;
}

/** One version: when, by whom, what changed, how long it lived, and what can be done with it. */
export function VersionCard(props: Props) {
  const { resource, version, isLive, timeText, ticked, onTick } = props;
  const styles = useStyles2(getStyles);
  const { what, time, snapshots } = version;
  const [color, icon, label] = versionLooks(version);
  const named = version.resource === undefined ? '' : `${version.title}, `;
  return (
    <section className={styles.card} aria-label={`${named}${label}, ${timeText(time)}`}>
      {version.resource !== undefined && (
        <ResourceName resource={{ ...version.resource, title: version.title }}>
          <Text color="secondary">
            {[kindLabel(version.resource.kind), version.folder].filter(Boolean).join(' · ')}
          </Text>
        </ResourceName>
      )}
      <Stack gap={1} alignItems="center" wrap="wrap">
        {ticked !== undefined && (
          <Checkbox
            aria-label={t('versions.tick', 'Compare the version of {{time}}', { time: timeText(time) })}
            value={ticked}
            onChange={onTick}
          />
        )}
        <LabelBadge color={color} icon={icon} text={label} />
        {isLive && <LabelBadge color="green" icon="check" text={t('versions.live', 'In Grafana now')} />}
        {version.foreign && <ForeignBadge />}
        <Text weight="medium">{timeText(time)}</Text>
        <Text color="secondary">
          <RelativeTime time={time} />
        </Text>
        <SavedBy version={version} />
      </Stack>
      <VersionChanges version={version} />
      <Text color="secondary" variant="bodySmall">
        {facts(version).join(' · ')}
        {' · '}
        <TextLink
          inline
          variant="bodySmall"
          href={routes.snapshot(snapshots.first, { resource: what === 'deleted' ? '' : resourceParameter(resource) })}
        >
          {t('versions.snapshot', 'First snapshot')}
        </TextLink>
      </Text>
      <Actions {...props} />
    </section>
  );
}

function Actions({ resource, version: { what, snapshots, foreign }, hasBefore, onCompare, isLive, isPrimary }: Props) {
  const snapshot = snapshots.last;
  if (what === 'deleted') {
    return null;
  }
  const restore = !foreign && !isLive && (
    <RestoreButton
      size="sm"
      variant={isPrimary ? 'primary' : 'secondary'}
      request={{
        snapshot: snapshots.full ?? snapshot,
        selection: { type: 'resources', resources: [refOf(resource)] },
        options: { overwrite: true },
      }}
    >
      {t('versions.restore', 'Restore this version')}
    </RestoreButton>
  );
  return (
    <Stack gap={1} wrap="wrap">
      {isPrimary && restore}
      <Button size="sm" variant="secondary" icon="code-branch" onClick={() => onCompare('live')}>
        {t('versions.compareLive', 'Compare with Grafana now')}
      </Button>
      {hasBefore && (
        <Button size="sm" variant="secondary" icon="code-branch" onClick={() => onCompare('before')}>
          {t('versions.compareBefore', 'Compare with the previous version')}
        </Button>
      )}
      {!isPrimary && restore}
      <LinkButton
        size="sm"
        variant="secondary"
        icon="file-alt"
        href={routes.snapshot(snapshot, { resource: resourceParameter(resource) })}
      >
        {t('versions.details', 'Contents and download')}
      </LinkButton>
      {resource.kind === 'dashboard' && !foreign && <OpenAsItWas size="sm" snapshot={snapshot} uid={resource.uid} />}
    </Stack>
  );
}

function facts({ what, until, lived, snapshots, bytes }: ResourceVersion): string[] {
  const held =
    what === 'deleted'
      ? plural(
          'versions.lacking',
          snapshots.count,
          'missing from {{number}} snapshot',
          'missing from {{number}} snapshots',
        )
      : plural('versions.held', snapshots.count, 'in {{number}} snapshot', 'in {{number}} snapshots');
  return [...lasted(what, until, lived), held, ...(bytes === undefined ? [] : [formatBytes(bytes)])];
}

/** Nothing of what only the newest snapshot holds, or lacks: it says so itself. */
function lasted(what: ResourceVersion['what'], until: string | undefined, lived: number): string[] {
  const duration = formatDuration(lived);
  if (until !== undefined) {
    return [t('versions.lived', 'for {{duration}}', { duration })];
  }
  return what === 'deleted' || lived === 0
    ? []
    : [t('versions.since', 'unchanged for at least {{duration}}', { duration })];
}

const getStyles = (theme: GrafanaTheme2) => ({
  card: css({ ...cardStyle(theme), padding: theme.spacing(1, 1.5) }),
});
