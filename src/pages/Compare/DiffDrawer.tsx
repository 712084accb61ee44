import type { NamedRef } from '../../../pkg/contract/kinds.ts';
import { useSteps } from '../../components/resources/Neighbours.tsx';
import { ResourceDiffDrawer } from '../../components/resources/ResourceDiffDrawer.tsx';
import { useDiff } from '../../data/useDiff.ts';
import { useUrlState } from '../../hooks/useUrlState.ts';
import { resourceParameter } from '../../lib/routes.ts';
import { filtersOf } from './DiffList.tsx';

/** One difference of the list, with the way to the one before and the one after it. */
export function DiffDrawer({ from, to, resource }: { from: string; to: string; resource: NamedRef }) {
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
