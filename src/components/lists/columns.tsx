import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Stack, Text, TextLink, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import type { KindName } from '../../../pkg/contract/kinds.ts';
import type { Shrunk } from '../../../pkg/contract/losses/losses.ts';
import type { RunStatus } from '../../../pkg/contract/runs.ts';
import { distinctTimes, formatDuration } from '../../lib/format.ts';
import { t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { RelativeTime } from '../RelativeTime.tsx';
import { ResourceName } from '../resources/ResourceName.tsx';
import { NARROW, opensRow } from './rows.ts';
import { ForeignBadge, FutureBadge } from '../ForeignSnapshot.tsx';
import { askedBy, StatusBadge } from '../StatusBadge.tsx';
import type { Column } from './VirtualTable.tsx';

interface Named {
  kind: KindName;
  uid: string;
  title: string;
}

interface TitleOptions<T> {
  /** Makes titles buttons. */
  onOpen?: (item: T) => void;
  /** Which of them; absent = all. */
  canOpen?: (item: T) => boolean;
  /** Behind the title. */
  extra?: (item: T) => ReactNode;
  /** A text that only narrow tables show, below the title: in others, another column has it. */
  narrow?: (item: T) => string;
}

/** Columns that several lists have. */
export function titleColumn<T extends Named>({
  onOpen,
  canOpen = () => true,
  extra,
  narrow,
}: TitleOptions<T> = {}): Column<T> {
  return {
    id: 'title',
    header: t('column.title', 'Title'),
    width: 'minmax(0, 2fr)',
    cell: (item) => (
      <Title item={item} narrow={narrow?.(item)} onOpen={onOpen && canOpen(item) ? () => onOpen(item) : undefined}>
        {extra?.(item)}
      </Title>
    ),
  };
}

interface TitleProps {
  item: Named;
  narrow: string | undefined;
  onOpen: (() => void) | undefined;
  children: ReactNode;
}

function Title({ item, narrow = '', onOpen, children }: TitleProps) {
  return (
    <>
      <ResourceName resource={item} onOpen={onOpen}>
        {children}
      </ResourceName>
      <Narrow text={[kindLabel(item.kind), narrow].filter((text) => text !== '').join(' · ')} />
    </>
  );
}

/** A text that only narrow tables show: in others, another column has it. */
export function Narrow({ text }: { text: string }) {
  const styles = useStyles2(getStyles);
  return (
    <span className={styles.below} title={text}>
      {text}
    </span>
  );
}

export function kindColumn<T extends Named>(): Column<T> {
  return {
    id: 'kind',
    header: t('column.kind', 'Kind'),
    width: 'minmax(175px, 1fr)',
    hideBelow: 'md',
    cell: (item) => <span title={kindLabel(item.kind)}>{kindLabel(item.kind)}</span>,
  };
}

export function folderColumn<T extends { folder: string }>(hideBelow: 'md' | 'xl' = 'md'): Column<T> {
  return {
    id: 'folder',
    header: t('column.folder', 'Folder'),
    width: 'minmax(0, 1fr)',
    hideBelow,
    cell: (item) => <span title={item.folder}>{item.folder || '–'}</span>,
  };
}

/**
 * When, as a link to more, with how long ago that is.
 * @param beside - more about it, beside that
 * @param narrow - a text that only narrow tables show there: in others, another column has it
 */
export function timeColumn<T>(
  header: string,
  items: readonly T[],
  timeOf: (item: T) => string,
  href: (item: T) => string,
  beside?: (item: T) => ReactNode,
  narrow: (item: T) => string = () => '',
): Column<T> {
  const written = distinctTimes(items.map(timeOf));
  return {
    id: 'time',
    header,
    width: 'minmax(165px, 1.7fr)',
    cell: (item) => (
      <Stack direction="column" gap={0}>
        <TextLink {...{ [opensRow]: '' }} href={href(item)} inline={false} color="primary" weight="medium">
          {written(timeOf(item))}
        </TextLink>
        <Stack gap={1}>
          <Text color="secondary" variant="bodySmall">
            <RelativeTime time={timeOf(item)} />
          </Text>
          {beside?.(item)}
          {narrow(item) !== '' && <Narrow text={narrow(item)} />}
        </Stack>
      </Stack>
    ),
  };
}

/**
 * A snapshot that does not count has no status: its maker chose what it says. What a clock that was ahead dated proves
 * nothing yet, either.
 */
export function statusColumn<
  T extends { status: RunStatus; foreign?: true; future?: true; shrunk?: Shrunk | undefined },
>(): Column<T> {
  return {
    id: 'status',
    header: t('column.status', 'Status'),
    width: '156px',
    cell: ({ foreign, future, status, shrunk }) =>
      foreign ? <ForeignBadge /> : future ? <FutureBadge /> : <StatusBadge status={status} shrunk={shrunk} />,
  };
}

/** @param below - more about it, in a second line */
export function askedByColumn<T extends Parameters<typeof askedBy>[0]>(
  header: string,
  below: (item: T) => string = () => '',
): Column<T> {
  return {
    id: 'trigger',
    header,
    width: 'minmax(0, 1fr)',
    hideBelow: 'md',
    cell: (item) => <TwoLines first={askedBy(item)} second={below(item)} />,
  };
}

/** A text, and more about it in a second line. */
export function TwoLines({ first, second = '' }: { first: string; second: string | undefined }) {
  return (
    <Stack direction="column" gap={0}>
      <Text truncate>
        <span title={first}>{first}</span>
      </Text>
      {second !== '' && (
        <Text color="secondary" variant="bodySmall" truncate>
          {second}
        </Text>
      )}
    </Stack>
  );
}

export function durationColumn<T extends { duration?: number }>(hideBelow: 'md' | 'xl'): Column<T> {
  return {
    id: 'duration',
    header: t('column.duration', 'Duration'),
    width: '90px',
    align: 'right',
    hideBelow,
    cell: (item) => (item.duration === undefined ? '–' : formatDuration(item.duration)),
  };
}

const getStyles = (theme: GrafanaTheme2) => ({
  below: css({
    display: 'block',
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    lineHeight: theme.typography.bodySmall.lineHeight,
    minWidth: 0,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    [`@container (min-width: ${NARROW}px)`]: { display: 'none' },
  }),
});
