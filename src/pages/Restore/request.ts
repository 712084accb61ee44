import { compact } from '../../../pkg/contract/compact.ts';
import type { RestoreOptions, RestoreRequest, RestoreSelection } from '../../../pkg/contract/api/restores.ts';
import type { KindName, NamedRef } from '../../../pkg/contract/kinds.ts';
import { splitFolder } from '../../lib/folderTree.ts';
import { parseResource, resourceParameter, routes } from '../../lib/routes.ts';
import type { UrlChanges, UrlState } from '../../hooks/useUrlState.ts';

/** What the form of a restore holds, as its URL has it. Empty text means: not chosen. */
export interface RestoreForm {
  snapshot: string;
  type: RestoreSelection['type'];
  kinds: string;
  /** `org/uid` */
  folder: string;
  resources: NamedRef[];
  mode: 'missing' | 'overwrite' | 'copy' | 'promote';
  suffix: string;
  copyTo: string;
  /** Number of the org that copies go to; empty = where they were. */
  copyOrg: string;
  managed: boolean;
  deleteExtra: boolean;
  /** The connection that it is sent to; empty = this Grafana. */
  to: string;
  newUids: boolean;
  pauseRules: boolean;
  /** What was decided on the page of the plan that this one starts from. */
  decided: Pick<RestoreOptions, 'dataSources' | 'keepSecrets' | 'withDependencies'> &
    Pick<NonNullable<RestoreOptions['to']>, 'replace'>;
}

const MODES = ['copy', 'overwrite', 'promote'] as const;
const TYPES: RestoreSelection['type'][] = ['everything', 'kinds', 'folder', 'resources'];
/** More resources than this make an address that servers refuse; then the plan remembers them. */
const MOST_IN_ADDRESS = 20;

/** @param base the plan that is being changed; it knows what does not fit into an address. */
export function readForm({ read, readAll }: Pick<UrlState, 'read' | 'readAll'>, base?: RestoreRequest): RestoreForm {
  const org = read('org') || '1';
  const named = readAll('resource').flatMap((text) => parseResource(text) ?? []);
  const remembered = base?.selection.type === 'resources' ? base.selection.resources : [];
  const { dataSources, keepSecrets, withDependencies, to } = base?.options ?? {};
  return {
    snapshot: read('snapshot'),
    type: TYPES.find((type) => type === read('type')) ?? 'everything',
    kinds: read('kinds'),
    folder: read('uid') === '' ? '' : `${org}/${read('uid')}`,
    resources: named.length > 0 ? named : remembered,
    mode: MODES.find((mode) => read(mode) === 'yes') ?? 'missing',
    suffix: read('suffix'),
    copyTo: read('copyTo'),
    copyOrg: read('copyOrg'),
    managed: read('managed') === 'yes',
    deleteExtra: read('deleteExtra') === 'yes',
    to: read('to'),
    newUids: read('newUids') === 'yes',
    pauseRules: read('pauseRules') === 'yes',
    decided: compact({ dataSources, keepSecrets, withDependencies, replace: to?.replace }),
  };
}

function selectionOf(form: RestoreForm): RestoreSelection | undefined {
  switch (form.type) {
    case 'everything':
      return { type: 'everything' };
    case 'kinds': {
      const kinds = form.kinds.split(',').filter((kind) => kind !== '') as KindName[];
      return kinds.length === 0 ? undefined : { type: 'kinds', kinds };
    }
    case 'folder': {
      const [org, uid] = splitFolder(form.folder);
      return org === undefined || uid === undefined ? undefined : { type: 'folder', org, uid };
    }
    case 'resources':
      return form.resources.length === 0 ? undefined : { type: 'resources', resources: form.resources };
  }
}

/** What to ask the service for; undefined while something is still to be chosen. */
export function requestOf(form: RestoreForm): RestoreRequest | undefined {
  const selection = selectionOf(form);
  if (selection === undefined || form.snapshot === '') {
    return undefined;
  }
  const overwrite = form.mode === 'overwrite';
  const { replace, ...decided } = form.decided;
  const options: RestoreOptions = {
    ...decided,
    ...(overwrite ? { overwrite } : {}),
    ...(overwrite && form.deleteExtra && mayDelete(form) ? { deleteExtra: true } : {}),
    ...(form.mode === 'copy' ? { copy: copyOf(form) } : {}),
    ...(form.managed ? { includeManaged: true } : {}),
    ...(form.to === '' ? {} : { to: { ...toOf(form), ...compact({ replace }) } }),
  };
  return { snapshot: form.snapshot, selection, options };
}

/** Deleting what the snapshot lacks needs something to be lacking from: not single resources. */
export function mayDelete({ type }: Pick<RestoreForm, 'type'>): boolean {
  return type !== 'resources';
}

function toOf({ to, mode, newUids, pauseRules }: RestoreForm): NonNullable<RestoreOptions['to']> {
  return {
    connection: to,
    ...(mode === 'promote' ? { promote: true } : {}),
    ...(newUids ? { newUids: true } : {}),
    ...(pauseRules ? { pauseRules: true } : {}),
  };
}

function copyOf({ suffix, copyTo, copyOrg }: RestoreForm): NonNullable<RestoreOptions['copy']> {
  return {
    ...(suffix === '' ? {} : { suffix }),
    ...(copyTo === '' ? {} : { folderUid: copyTo }),
    ...(copyOrg === '' ? {} : { org: Number(copyOrg) }),
  };
}

/** The org that copies go to, where the form says so: as chosen, or where the originals were. */
export function targetOrg({ copyOrg, type, folder, resources }: RestoreForm): number | undefined {
  if (copyOrg !== '') {
    return Number(copyOrg);
  }
  return type === 'folder' ? splitFolder(folder)[0] : type === 'resources' ? resources[0]?.org : undefined;
}

/** The way back from a plan to the form that makes it. */
export function formOf(request: RestoreRequest & { id?: string }): string {
  const page = request.options?.to === undefined ? routes.restore : routes.send;
  return page(parametersOf(request));
}

/** What that form holds. */
export function parametersOf({ snapshot, selection, options = {}, id }: RestoreRequest & { id?: string }): UrlChanges {
  const resources = selection.type === 'resources' ? selection.resources.map(resourceParameter) : [];
  return {
    plan: id,
    snapshot,
    type: selection.type,
    kinds: selection.type === 'kinds' ? selection.kinds.join(',') : undefined,
    org: selection.type === 'folder' ? String(selection.org) : undefined,
    uid: selection.type === 'folder' ? selection.uid : undefined,
    resource: resources.length > MOST_IN_ADDRESS ? [] : resources,
    overwrite: options.overwrite ? 'yes' : undefined,
    copy: options.copy ? 'yes' : undefined,
    suffix: options.copy?.suffix,
    copyTo: options.copy?.folderUid,
    copyOrg: options.copy?.org?.toString(),
    managed: options.includeManaged ? 'yes' : undefined,
    deleteExtra: options.deleteExtra ? 'yes' : undefined,
    to: options.to?.connection,
    promote: options.to?.promote ? 'yes' : undefined,
    newUids: options.to?.newUids ? 'yes' : undefined,
    pauseRules: options.to?.pauseRules ? 'yes' : undefined,
  };
}
