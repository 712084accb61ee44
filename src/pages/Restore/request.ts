import type { RestoreOptions, RestoreRequest, RestoreSelection } from '../../../pkg/contract/api/restores.ts';
import type { KindName } from '../../../pkg/contract/kinds.ts';
import { parseResource, resourceParameter } from '../../lib/routes.ts';

/** What the form of a restore holds, as its URL has it. Empty text means: not chosen. */
export interface RestoreForm {
  snapshot: string;
  type: RestoreSelection['type'];
  kinds: string;
  /** `org/uid` */
  folder: string;
  /** `org/kind/uid` */
  resource: string;
  mode: 'missing' | 'overwrite' | 'copy';
  suffix: string;
  copyTo: string;
  managed: boolean;
  deleteOthers: boolean;
}

const TYPES: RestoreSelection['type'][] = ['everything', 'kinds', 'folder', 'resources'];

export function readForm(read: (name: string) => string): RestoreForm {
  const org = read('org') || '1';
  return {
    snapshot: read('snapshot'),
    type: TYPES.find((type) => type === read('type')) ?? 'everything',
    kinds: read('kinds'),
    folder: read('uid') === '' ? '' : `${org}/${read('uid')}`,
    resource: read('resource'),
    mode: read('copy') === 'yes' ? 'copy' : read('overwrite') === 'yes' ? 'overwrite' : 'missing',
    suffix: read('suffix'),
    copyTo: read('copyTo'),
    managed: read('managed') === 'yes',
    deleteOthers: read('deleteOthers') === 'yes',
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
      const slash = form.folder.indexOf('/');
      const uid = form.folder.slice(slash + 1);
      return slash < 0 || uid === '' ? undefined : { type: 'folder', org: Number(form.folder.slice(0, slash)), uid };
    }
    case 'resources': {
      const resource = parseResource(form.resource);
      return resource && { type: 'resources', resources: [resource] };
    }
  }
}

/** What to ask the service for; undefined while something is still to be chosen. */
export function requestOf(form: RestoreForm): RestoreRequest | undefined {
  const selection = selectionOf(form);
  if (selection === undefined || form.snapshot === '') {
    return undefined;
  }
  const options: RestoreOptions = {
    ...(form.mode === 'overwrite' ? { overwrite: true } : {}),
    ...(form.mode === 'overwrite' && form.deleteOthers ? { deleteOthers: true } : {}),
    ...(form.mode === 'copy'
      ? {
          copy: {
            ...(form.suffix === '' ? {} : { suffix: form.suffix }),
            ...(form.copyTo === '' ? {} : { folderUid: form.copyTo }),
          },
        }
      : {}),
    ...(form.managed ? { includeManaged: true } : {}),
  };
  return { snapshot: form.snapshot, selection, options };
}

/** The way back from a plan to the form that makes it. */
export function parametersOf({
  snapshot,
  selection,
  options = {},
}: RestoreRequest): Record<string, string | undefined> {
  const first = selection.type === 'resources' ? selection.resources[0] : undefined;
  return {
    snapshot,
    type: selection.type,
    kinds: selection.type === 'kinds' ? selection.kinds.join(',') : undefined,
    org: selection.type === 'folder' ? String(selection.org) : undefined,
    uid: selection.type === 'folder' ? selection.uid : undefined,
    resource: first && resourceParameter(first),
    overwrite: options.overwrite ? 'yes' : undefined,
    copy: options.copy ? 'yes' : undefined,
    suffix: options.copy?.suffix,
    copyTo: options.copy?.folderUid,
    managed: options.includeManaged ? 'yes' : undefined,
    deleteOthers: options.deleteOthers ? 'yes' : undefined,
  };
}
