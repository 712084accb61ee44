import { css } from '@emotion/css';
import type { GrafanaTheme2, IconName } from '@grafana/data';
import { EmptyState, TextLink, Toggletip, useStyles2, type BadgeColor } from '@grafana/ui';
import type { Installation } from '../../../pkg/contract/api/readiness.ts';
import { AppPage } from '../../components/AppPage.tsx';
import { LabelBadge } from '../../components/LabelBadge.tsx';
import { FilteredList } from '../../components/lists/FilteredList.tsx';
import { MultiFilter } from '../../components/lists/MultiFilter.tsx';
import type { Column } from '../../components/lists/VirtualTable.tsx';
import { QueryView } from '../../components/QueryView.tsx';
import { useFleet } from '../../data/useStatus.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { reasonText } from '../../lib/catalogue/reasons.ts';
import { formatBytes, formatNumber, formatRelative } from '../../lib/format.ts';
import { GUIDES } from '../../lib/catalogue/guides.ts';
import { listed, plural, t } from '../../lib/i18n.ts';
import { routes } from '../../lib/routes.ts';

/** Worst first. */
const STATES = ['unknown', 'attention', 'ok'] as const;

const LOOKS: Record<Installation['state'], [color: BadgeColor, icon: IconName]> = {
  unknown: ['red', 'question-circle'],
  attention: ['orange', 'exclamation-triangle'],
  ok: ['green', 'check'],
};

/** The installations that the deployment names, read from their repositories. */
export function Fleet() {
  const query = useFleet();
  return (
    <AppPage
      pageNav={{ text: t('fleet.title', 'All installations'), url: routes.fleet() }}
      subTitle={t('fleet.subtitle', 'The state of each Grafana installation, read from its repository.')}
    >
      <QueryView query={query}>
        {(found) => (found.length === 0 ? <NoInstallation /> : <List installations={found} />)}
      </QueryView>
    </AppPage>
  );
}

function NoInstallation() {
  return (
    <EmptyState variant="not-found" message={t('fleet.none', 'No installations found')}>
      {t(
        'fleet.noneText',
        'Set the targets with the chart value fleet.targets or the variable DASHKEEP_FLEET_TARGETS.',
      )}{' '}
      <TextLink href={`${GUIDES}/fleet.md`} external>
        {t('fleet.guide', 'Guide')}
      </TextLink>
    </EmptyState>
  );
}

function List({ installations }: { installations: Installation[] }) {
  const { read, change } = useUrlState();
  const text = read('q').toLowerCase();
  const states = read('state').split(',');
  const items = installations
    .filter(({ state }) => read('state') === '' || states.includes(state))
    .filter((one) => `${one.target} ${one.grafana ?? ''} ${alarmsOf(one)}`.toLowerCase().includes(text))
    .sort(worstFirst);
  const list = { items, total: items.length, isPending: false, error: null, refetch() {}, loadMore() {} };
  return (
    <FilteredList
      label={t('fleet.title', 'All installations')}
      list={list}
      columns={makeColumns()}
      rowKey={({ target }) => target}
      rowHeight={64}
      empty={t('fleet.noMatch', 'No installations match')}
      search={t('fleet.search', 'Search by target, reason or version')}
      count={(total) => plural('fleet.count', total, '{{number}} installation', '{{number}} installations')}
    >
      <MultiFilter
        label={t('fleet.state', 'State')}
        value={read('state')}
        options={STATES.map((state) => {
          const many = installations.filter((one) => one.state === state).length;
          return { value: state, label: `${stateLabel(state)} (${formatNumber(many)})` };
        })}
        onChange={(state) => change({ state })}
      />
    </FilteredList>
  );
}

/** By state, then by age of the last full snapshot. */
function worstFirst(a: Installation, b: Installation): number {
  const age = (one: Installation): number => one.age ?? Number.MAX_VALUE;
  return STATES.indexOf(a.state) - STATES.indexOf(b.state) || age(b) - age(a) || (a.target < b.target ? -1 : 1);
}

function stateLabel(state: Installation['state']): string {
  const labels: Record<Installation['state'], string> = {
    unknown: t('fleet.unknown', 'Unknown'),
    attention: t('fleet.attention', 'Needs attention'),
    ok: t('fleet.ok', 'OK'),
  };
  return labels[state];
}

function readinessLabel(level: NonNullable<Installation['readiness']>['level']): string {
  const labels: Record<typeof level, string> = {
    ready: t('fleet.ready', 'Ready'),
    attention: t('fleet.attention', 'Needs attention'),
    'not-ready': t('fleet.notReady', 'Not ready'),
  };
  return labels[level];
}

function alarmsOf({ alarms }: Installation): string {
  return listed(alarms.map(reasonText));
}

function ageOf({ age }: Installation): string {
  return age === undefined ? '–' : formatRelative(new Date(Date.now() - age * 1000).toISOString());
}

function makeColumns(): Column<Installation>[] {
  return [
    {
      id: 'state',
      header: t('fleet.state', 'State'),
      width: '156px',
      cell: ({ state }) => <LabelBadge color={LOOKS[state][0]} icon={LOOKS[state][1]} text={stateLabel(state)} />,
    },
    {
      id: 'target',
      header: t('fleet.installation', 'Installation'),
      width: 'minmax(0, 3fr)',
      cell: (one) => <Name installation={one} />,
    },
    {
      id: 'readiness',
      header: t('readiness.title', 'Readiness'),
      width: '140px',
      cell: ({ readiness }) =>
        readiness ? <span title={reasonText(readiness)}>{readinessLabel(readiness.level)}</span> : '–',
    },
    { id: 'age', header: t('fleet.lastFull', 'Last full snapshot'), width: '140px', hideBelow: 'md', cell: ageOf },
    {
      id: 'grafana',
      header: t('fleet.version', 'Grafana'),
      width: '90px',
      hideBelow: 'md',
      cell: ({ grafana }) => grafana ?? '–',
    },
    {
      id: 'resources',
      header: t('column.resources', 'Resources'),
      width: '90px',
      align: 'right',
      hideBelow: 'xl',
      cell: ({ resources }) => (resources === undefined ? '–' : formatNumber(resources)),
    },
    {
      id: 'size',
      header: t('column.size', 'Size'),
      width: '80px',
      align: 'right',
      hideBelow: 'xl',
      cell: ({ size }) => (size === undefined ? '–' : formatBytes(size)),
    },
  ];
}

/** The target and its alarms, in full at a click. */
function Name({ installation }: { installation: Installation }) {
  const styles = useStyles2(getStyles);
  const { target, alarms } = installation;
  const list = (
    <ul className={styles.list}>
      {alarms.map((alarm) => (
        <li key={alarm.reason}>{reasonText(alarm)}</li>
      ))}
    </ul>
  );
  return (
    <>
      <span title={target}>{target}</span>
      {alarms.length > 0 && (
        <Toggletip title={target} content={list} placement="bottom-start">
          <button type="button" className={styles.open}>
            <span className={styles.alarms}>{alarmsOf(installation)}</span>
          </button>
        </Toggletip>
      )}
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ margin: 0, paddingLeft: theme.spacing(2), overflowWrap: 'anywhere' }),
  open: css({
    display: 'block',
    width: '100%',
    padding: 0,
    border: 0,
    background: 'none',
    textAlign: 'left',
    '&:hover': { textDecoration: 'underline' },
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}`, outlineOffset: '-2px' },
  }),
  alarms: css({
    display: '-webkit-box',
    WebkitBoxOrient: 'vertical',
    WebkitLineClamp: 2,
    overflow: 'hidden',
    whiteSpace: 'normal',
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    lineHeight: 1.3,
  }),
});
