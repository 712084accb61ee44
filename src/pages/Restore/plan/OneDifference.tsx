import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Stack, Text, useStyles2 } from '@grafana/ui';
import type { RestorePlan } from '../../../../pkg/contract/api/restores.ts';
import type { ResourceDiff } from '../../../../pkg/contract/api/diff.ts';
import type { PlanItem } from '../../../../pkg/contract/plan.ts';
import { QueryView } from '../../../components/QueryView.tsx';
import { ResourceDifference } from '../../../components/resources/ResourceDifference.tsx';
import { useResourceDiff } from '../../../data/useDiff.ts';
import { usePlanItems } from '../../../data/lists/useRestoreLists.ts';
import { t } from '../../../lib/i18n.ts';
import { comparedBy, isOneOverwrite } from './confirmation.ts';
import { cardStyle } from '../../../lib/styles.ts';

const NOTHING = { org: 1, kind: 'dashboard', uid: '' } as const;

interface Difference {
  /** The one resource that the plan overwrites; undefined for any other plan. */
  item: PlanItem | undefined;
  /** The same, once what differs is on the page. */
  shown: PlanItem | undefined;
  /** What decides how the plan is confirmed is still being read. */
  isLoading: boolean;
  snapshot: string;
  query: { data: ResourceDiff | undefined; error: Error | null; refetch: () => void };
}

/** What a plan changes that overwrites one resource and does nothing else. */
export function useOneDifference(plan: RestorePlan): Difference {
  const enabled = plan.state === 'planned' && plan.options.to === undefined && isOneOverwrite(plan);
  const list = usePlanItems(plan.id, { action: 'update' }, enabled);
  const item = enabled ? list.items.find((one) => comparedBy(one) !== undefined) : undefined;
  const compared = item === undefined ? undefined : comparedBy(item);
  const query = useResourceDiff('live', plan.snapshot, compared ?? NOTHING, compared !== undefined);
  return {
    item,
    // A rule may be missing from the live group, and is added to it then.
    shown: query.data !== undefined && query.data.change !== 'unchanged' ? item : undefined,
    snapshot: plan.snapshot,
    isLoading: (enabled && list.isPending) || query.isFetching,
    query: { data: query.data, error: query.error, refetch: () => void query.refetch() },
  };
}

/** Shows it, so that the button above is enough to apply the plan. */
export function OneDifference({ difference: { item, snapshot, query } }: { difference: Difference }) {
  const styles = useStyles2(getStyles);
  return item === undefined ? null : (
    <section className={styles.card} aria-labelledby="dashkeep-difference">
      <Text element="h2" variant="h4" id="dashkeep-difference">
        {t('plan.oneDifference', 'Changes in “{{title}}”', {
          title: item.rules?.[0]?.title ?? (item.title || item.uid),
        })}
      </Text>
      <Stack direction="column" gap={2}>
        <QueryView query={query}>
          {(diff) => <ResourceDifference diff={diff} sides={{ from: 'live', to: snapshot }} />}
        </QueryView>
      </Stack>
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  card: css(cardStyle(theme)),
});
