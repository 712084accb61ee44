import { refused, type Area } from '../../step.ts';

const PATH = '/api/library-elements';
const PANEL = {
  uid: 'rec-l1',
  name: 'Recorded',
  kind: 1,
  folderUid: 'rec-f1',
  model: { type: 'text', title: 'Recorded', options: { content: 'Hello' } },
};
const MODEL = ['result.model', 'result.elements.*.model'];

/** Library panels. */
export const libraryPanels: Area = {
  name: 'library-panels',
  steps: [
    { name: 'list, none', request: `GET ${PATH}?kind=1&sortDirection=alpha-asc&perPage=100&page=1` },
    {
      name: 'create',
      request: `POST ${PATH}`,
      body: PANEL,
      map: MODEL,
      keep: ['result.uid', 'result.version', 'result.folderUid'],
    },
    { name: 'create twice', request: `POST ${PATH}`, body: PANEL },
    { name: 'create, same name', request: `POST ${PATH}`, body: { ...PANEL, uid: 'rec-l2' } },
    {
      name: 'create, same name, other folder',
      request: `POST ${PATH}`,
      body: { ...PANEL, uid: 'rec-l3', folderUid: '' },
      map: MODEL,
      keep: ['result.folderUid'],
    },
    {
      name: 'create in a missing folder',
      request: `POST ${PATH}`,
      body: { ...PANEL, uid: 'rec-l4', folderUid: 'missing' },
    },
    { name: 'create without a name', request: `POST ${PATH}`, body: { ...PANEL, uid: 'rec-l5', name: '' } },
    {
      name: 'create with a uid that is too long',
      request: `POST ${PATH}`,
      body: { ...PANEL, uid: 'x'.repeat(41), name: 'Long' },
    },
    {
      name: 'create of a kind that is none',
      request: `POST ${PATH}`,
      body: { ...PANEL, uid: 'rec-l6', name: 'Kind', kind: 9 },
    },
    { name: 'create, wrong body', request: `POST ${PATH}`, rawBody: '[]' },
    ...refused(`POST ${PATH}`, { ...PANEL, uid: 'rec-l7', name: 'Refused' }),
    {
      name: 'list',
      request: `GET ${PATH}?kind=1&sortDirection=alpha-asc&perPage=100&page=1`,
      map: MODEL,
      keep: ['result.totalCount', 'result.elements.*.folderUid'],
    },
    {
      name: 'list, page beyond the end',
      request: `GET ${PATH}?kind=1&sortDirection=alpha-asc&perPage=100&page=9`,
      keep: ['result.totalCount'],
    },
    {
      name: 'list, page 0',
      request: `GET ${PATH}?kind=1&sortDirection=alpha-asc&perPage=100&page=0`,
      map: MODEL,
      keep: ['result.page'],
    },
    {
      name: 'list, no room',
      request: `GET ${PATH}?kind=1&sortDirection=alpha-asc&perPage=0&page=1`,
      map: MODEL,
      keep: ['result.perPage'],
    },
    {
      name: 'list in the other org',
      request: `GET ${PATH}?kind=1&sortDirection=alpha-asc&perPage=100&page=1`,
      org: 'other org',
      keep: ['result.totalCount'],
    },
    {
      name: 'list by a viewer',
      request: `GET ${PATH}?kind=1&sortDirection=alpha-asc&perPage=100&page=1`,
      as: 'viewer',
      map: MODEL,
      keep: ['result.totalCount'],
    },
    { name: 'list by nobody', request: `GET ${PATH}?kind=1&sortDirection=alpha-asc&perPage=100&page=1`, as: 'nobody' },
    { name: 'one', request: `GET ${PATH}/rec-l1`, map: MODEL, keep: ['result.name', 'result.version'] },
    { name: 'a missing one', request: `GET ${PATH}/missing` },
    { name: 'one from the other org', request: `GET ${PATH}/rec-l1`, org: 'other org' },
    { name: 'one by nobody', request: `GET ${PATH}/rec-l1`, as: 'nobody' },
    {
      name: 'change',
      request: `PATCH ${PATH}/rec-l1`,
      body: { ...PANEL, version: 1, model: { ...PANEL.model, title: 'Changed' } },
      map: MODEL,
      keep: ['result.version'],
    },
    { name: 'change a stale version', request: `PATCH ${PATH}/rec-l1`, body: { ...PANEL, version: 1 } },
    { name: 'change without a version', request: `PATCH ${PATH}/rec-l1`, body: PANEL },
    { name: 'change a missing one', request: `PATCH ${PATH}/missing`, body: { ...PANEL, version: 1 } },
    ...refused(`PATCH ${PATH}/rec-l1`, { ...PANEL, version: 2 }),
    ...refused(`DELETE ${PATH}/rec-l1`),
    { name: 'delete', request: `DELETE ${PATH}/rec-l1` },
    { name: 'delete once more', request: `DELETE ${PATH}/rec-l1` },
    { name: 'delete the other one', request: `DELETE ${PATH}/rec-l3` },
    { name: 'delete one of the same name', request: `DELETE ${PATH}/rec-l2` },
    { name: 'delete one in a missing folder', request: `DELETE ${PATH}/rec-l4` },
    { name: 'delete one without a name', request: `DELETE ${PATH}/rec-l5` },
    { name: 'one that was deleted', request: `GET ${PATH}/rec-l1` },
  ],
};
