import { Alert, Button, Checkbox, EmptyState, LinkButton, Stack, Text } from '@grafana/ui';
import type { SearchPage } from '../../../pkg/contract/api/search.ts';
import type { KindName } from '../../../pkg/contract/kinds.ts';
import { FilterRow } from '../../components/lists/FilterRow.tsx';
import { MultiFilter } from '../../components/lists/MultiFilter.tsx';
import { ServiceNotice } from '../../components/problems/ServiceNotice.tsx';
import { Loading } from '../../components/QueryView.tsx';
import { useTextSearch } from '../../data/useTextSearch.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { formatTime } from '../../lib/format.ts';
import { plural, t } from '../../lib/i18n.ts';
import { kindLabel } from '../../lib/kinds.ts';
import { deletedBy, deletedByUnknown } from '../../lib/resources/savedBy.ts';
import { routes } from '../../lib/routes.ts';
import { SearchResult } from './SearchResult.tsx';

/** Kinds that people look for. */
const KINDS: KindName[] = ['dashboard', 'folder', 'library-panel', 'alert-rule-group', 'data-source', 'contact-point'];

/** Finds titles, panels, queries and tags in the newest and in past versions. */
export function TextSearch() {
  const { read, change } = useUrlState();
  const filters = { text: read('q'), kinds: read('kind'), deleted: read('deleted') === 'true' };
  return (
    <Stack direction="column" gap={2} minWidth={0}>
      <FilterRow
        search={filters.text}
        onSearch={(q) => change({ q })}
        placeholder={t('search.field', 'Title, panel, query, tag or data source')}
      >
        <MultiFilter
          label={t('search.kind', 'Kind')}
          value={filters.kinds}
          options={KINDS.map((kind) => ({ value: kind, label: kindLabel(kind) }))}
          onChange={(kind) => change({ kind })}
        />
        <Checkbox
          label={t('search.deletedOnly', 'Only deleted')}
          value={filters.deleted}
          onChange={(event) => change({ deleted: event.currentTarget.checked ? 'true' : '' })}
        />
      </FilterRow>
      <Results
        list={useTextSearch(filters)}
        onWiden={
          filters.kinds !== '' || filters.deleted ? () => change({ kind: undefined, deleted: undefined }) : undefined
        }
      />
    </Stack>
  );
}

interface ResultsProps {
  list: ReturnType<typeof useTextSearch>;
  /** Takes the filters away; absent without any. */
  onWiden: (() => void) | undefined;
}

function Results({ list, onWiden }: ResultsProps) {
  const { isAsked, first, items, total, error, isPending } = list;
  if (!isAsked) {
    return (
      <EmptyState variant="call-to-action" hideImage message={t('search.begin', 'Search every version')}>
        {t(
          'search.beginText',
          'Type at least two letters of a title, panel, query, tag or data source. Results include changed and deleted resources.',
        )}
      </EmptyState>
    );
  }
  if (error !== null) {
    return <ServiceNotice error={error} onRetry={list.refetch} />;
  }
  if (first === undefined || isPending) {
    return <Loading />;
  }
  return (
    <>
      <Limits page={first} />
      <Stack gap={1} alignItems="center" wrap="wrap">
        <Text color="secondary">
          <span role="status">{countOf(first, total)}</span>
          {first.asOf !== undefined && (
            <> · {t('search.asOf', 'as of the snapshot of {{time}}', { time: formatTime(first.asOf) })}</>
          )}
          {items.some((hit) => hit.deleted && deletedBy(hit) === undefined) && ` · ${deletedByUnknown()}`}
        </Text>
        {items.length > 0 && first.asOf !== undefined && <CompareLink size="sm" fill="text" />}
      </Stack>
      {items.length === 0 && (
        <EmptyState
          variant="not-found"
          message={t('search.none', 'No results')}
          button={
            <Stack gap={1} wrap="wrap" justifyContent="center">
              {onWiden && (
                <Button variant="secondary" onClick={onWiden}>
                  {t('search.widen', 'Search without filters')}
                </Button>
              )}
              {first.asOf !== undefined && <CompareLink />}
            </Stack>
          }
        >
          {t(
            'search.noneText',
            'No resource in your backups has a title, panel title, query, tag or data source with all of these words. Text in panels, and resources created since the last backup, are not searched. Try one word, or part of a word.',
          )}
        </EmptyState>
      )}
      <Stack direction="column" gap={2}>
        {items.map((hit) => (
          <SearchResult key={`${hit.kind}/${hit.uid}`} hit={hit} />
        ))}
      </Stack>
      {list.hasMore && (
        <div>
          <Button variant="secondary" onClick={list.loadMore}>
            {t('search.more', 'Show more results')}
          </Button>
        </div>
      )}
    </>
  );
}

/** What changed since the newest backup only Grafana knows. */
function CompareLink({ size, fill }: { size?: 'sm'; fill?: 'text' }) {
  return (
    <LinkButton variant="secondary" size={size} fill={fill} icon="code-branch" href={routes.compare()}>
      {t('snapshot.compareLive', 'Compare with Grafana now')}
    </LinkButton>
  );
}

function countOf({ truncated }: SearchPage, total: number): string {
  return truncated
    ? plural('search.countMore', total, 'More than {{number}} resource', 'More than {{number}} resources')
    : plural('search.count', total, '{{number}} resource', '{{number}} resources');
}

/** What was searched, when that isn't everything. */
function Limits({ page: { searched, indexed, cut, unread } }: { page: SearchPage }) {
  return (
    <>
      {indexed.pending > 0 && (
        <Alert
          severity="info"
          title={plural(
            'search.pending',
            indexed.pending,
            '{{number}} snapshot is still being read. More results may appear in a moment.',
            '{{number}} snapshots are still being read. More results may appear in a moment.',
          )}
        />
      )}
      {searched === 'titles' && (
        <Alert severity="info" title={t('search.titles', 'Only titles and UIDs were searched')}>
          {t(
            'search.titlesText',
            'Backups are encrypted, and the service cannot read their content. The command line can, with the private key.',
          )}
        </Alert>
      )}
      {indexed.unreadable > 0 && (
        <Alert
          severity="warning"
          title={plural(
            'search.unreadable',
            indexed.unreadable,
            '{{number}} snapshot cannot be read here and was not searched.',
            '{{number}} snapshots cannot be read here and were not searched.',
          )}
        />
      )}
      {cut + unread > 0 && (
        <Text color="secondary">
          {plural(
            'search.partly',
            cut + unread,
            '{{number}} resource was searched only partly, because it is very large or cannot be read.',
            '{{number}} resources were searched only partly, because they are very large or cannot be read.',
          )}
        </Text>
      )}
    </>
  );
}
