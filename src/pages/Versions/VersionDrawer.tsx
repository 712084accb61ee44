import type { ResourceVersion } from '../../../pkg/contract/api/versions.ts';
import type { NamedRef } from '../../../pkg/contract/kinds.ts';
import { useSteps } from '../../components/resources/Neighbours.tsx';
import { ResourceDiffDrawer } from '../../components/resources/ResourceDiffDrawer.tsx';
import type { useVersions } from '../../data/useVersions.ts';
import { placeOf, refOfVersion, sidesOf, type Against } from './sides.ts';

interface Props {
  list: ReturnType<typeof useVersions>;
  /** Whose versions are listed. */
  resource: NamedRef;
  version: ResourceVersion;
  against: Against;
  onStep: (version: ResourceVersion) => void;
  onClose: () => void;
}

/** One version beside the one before it or what is in Grafana, with the way to the other versions of the list. */
export function VersionDrawer({ list, resource, version, against, onStep, onClose }: Props) {
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
