import { compact } from '../../contract/compact.ts';
import { isWholeResource } from '../../contract/kinds.ts';
import type { DashkeepError } from '../../contract/errors.ts';
import type { Manifest } from '../../contract/manifest.ts';
import type { RestoreOptions, Selection } from '../../engine/restore/types.ts';
import type { Instance } from '../../grafana/instance.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import { orgs as parseOrgs } from '../config/parsers.ts';
import { CommandError } from '../command-error.ts';

type Targets = Pick<RestoreOptions, 'copy' | 'orgs'>;

/** Organizations that the run has to reach, as `--orgs` writes them; undefined for the credentials' own. */
export function reachedOrgs(given: string | undefined, { copy, orgs }: Targets): string | undefined {
  // For copies into another organization --orgs says where they come from, which only the snapshot has to know.
  if (copy?.org !== undefined) {
    return String(copy.org);
  }
  return given ?? (orgs === undefined ? undefined : [...new Set(orgs.values())].join(','));
}

/**
 * Narrows a selection to the organizations that `--orgs` names, or else to those that the credentials reach; without
 * `--orgs`, resources and folders that are named are those of the credentials' own organization. With `--orgs all` it
 * stays as it is, so that an organization that Grafana no longer has is seen in the plan.
 * @throws DK_USAGE when the snapshot holds nothing of them.
 */
export function inOrgs(
  selection: Selection,
  given: string | undefined,
  targets: Targets,
  manifest: Manifest,
  instance: Instance,
): Selection {
  const isNamed = namesResources(selection);
  const reached = isNamed ? [instance.home] : instance.orgs.map(({ id }) => id);
  const orgs = sourceOrgs(given === undefined ? undefined : parseOrgs(given, '--orgs'), targets, manifest, reached);
  if (orgs === undefined) {
    return selection;
  }
  if (!isNamed && !manifest.resources.some(({ org }) => orgs.includes(org))) {
    throw nothingOf(orgs, manifest, instance, given === undefined ? undefined : targets.orgs);
  }
  return { ...selection, orgs };
}

/**
 * Grafana as far as a plan may write to it: without `--orgs`, resources and folders that are named are restored into
 * the credentials' own organization, and what only another one holds is blocked.
 */
export function withinReach(
  instance: Instance,
  selection: Selection,
  given: string | undefined,
  { copy, orgs }: Targets,
): Instance {
  const ofServer = selection.only?.some(
    (one) => isWholeResource(one) && kindOf(one.kind).declaration.scope === 'server',
  );
  const isOwn = given === undefined && orgs === undefined && copy?.org === undefined && ofServer !== true;
  if (!isOwn || !namesResources(selection)) {
    return instance;
  }
  const isOther = ({ id }: { id: number }) => id !== instance.home;
  const left = instance.orgs.filter(isOther).map(({ id, name }) => ({ id, name }));
  const scope = compact({ ...instance.scope, others: instance.scope.others?.concat(left) });
  return { ...instance, orgs: instance.orgs.filter((one) => !isOther(one)), scope };
}

/** Whether a selection names resources or folders: a person chose these, and knows that others are left out. */
export function namesResources({ only, folders }: Selection): boolean {
  return only !== undefined || folders !== undefined;
}

/** Narrows a selection to what a later snapshot lost, of the organizations that it is of. */
export function withLost(selection: Selection, lost: NonNullable<Selection['only']>): Selection {
  const { orgs } = selection;
  return { ...selection, only: lost.filter(({ org }) => org === undefined || orgs?.includes(org) !== false) };
}

function sourceOrgs(
  given: 'all' | number[] | undefined,
  { copy, orgs }: Targets,
  manifest: Manifest,
  reached: readonly number[],
): number[] | undefined {
  if (given === 'all' || copy?.org !== undefined) {
    return given === 'all' ? undefined : given;
  }
  if (given === undefined && orgs !== undefined) {
    return [...orgs.keys()];
  }
  const held = [...new Set(manifest.resources.map(({ org }) => org))];
  return held.filter((org) => (given ?? reached).includes(orgs?.get(org) ?? org));
}

function nothingOf(
  wanted: readonly number[],
  { id, orgs }: Manifest,
  instance: Instance,
  mapped: Targets['orgs'],
): DashkeepError {
  if (mapped !== undefined) {
    const pairs = [...mapped].map(([from, to]) => `--map-org ${from}=${to}`).join(' ');
    const targets = [...new Set(mapped.values())].join(',');
    return new CommandError('DK_USAGE', `--orgs selects no organization that ${pairs} writes to`, {
      hint: `--orgs selects organizations to write to. Omit it, or use --orgs ${targets}.`,
    });
  }
  if (orgs.length === 0) {
    return new CommandError('DK_USAGE', `snapshot ${id} covers no organization`, {
      hint: 'Choose another snapshot. `dashkeep snapshots` lists the existing ones.',
    });
  }
  const held = orgs.map((org) => `${org.id} (${org.name})`).join(', ');
  const pairs = instance.orgs.flatMap((org) => {
    const twin = orgs.find(({ id: from, name }) => name !== '' && name === org.name && from !== org.id);
    return twin === undefined ? [] : [`--map-org ${twin.id}=${org.id}`];
  });
  const names = (wanted.length > 0 ? wanted : instance.orgs.map((org) => org.id)).join(', ');
  return new CommandError('DK_USAGE', `snapshot ${id} contains nothing from organization ${names}, only from ${held}`, {
    hint:
      pairs.length > 0
        ? `The IDs in Grafana and in the snapshot differ: add ${pairs.join(' ')}.`
        : 'Choose other organizations with --orgs, or restore into another one with --map-org <ID in the snapshot>=<ID in Grafana>.',
  });
}
