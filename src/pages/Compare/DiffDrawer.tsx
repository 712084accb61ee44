import { useEffect, useMemo } from 'react';
import type { NamedRef } from '../../../pkg/contract/kinds.ts';
import { ResourceDiffDrawer } from '../../components/resources/ResourceDiffDrawer.tsx';
import { useDiff } from '../../data/useDiff.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { resourceParameter } from '../../lib/routes.ts';
import { filtersOf } from './DiffList.tsx';

/** How many rows before the end of what is loaded the next ones are read. */
const AHEAD = 3;

/** One difference of the list, with the way to the one before and the one after it. */
export function DiffDrawer({ from, to, resource }: { from: string; to: string; resource: NamedRef }) {
  const { read, change } = useUrlState();
  const { items, total, loadMore } = useDiff(from, to, filtersOf(read));
  const here = resourceParameter(resource);
  const at = items.findIndex((entry) => resourceParameter(entry) === here);
  const nearEnd = at >= 0 && at >= items.length - AHEAD;
  useEffect(() => {
    if (nearEnd) {
      loadMore();
    }
  }, [nearEnd, loadMore]);
  const [previous, next] = [items[at - 1], items[at + 1]].map((entry) => entry && resourceParameter(entry));
  const steps = useMemo(() => {
    const to = (one: string | undefined) => (one === undefined ? undefined : () => change({ resource: one }));
    return at < 0 ? undefined : { position: at + 1, total, previous: to(previous), next: to(next) };
  }, [at, total, previous, next, change]);
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
