import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { DiffEntry } from '../../pkg/contract/api/diff.ts';
import type { RestoreRequest } from '../../pkg/contract/api/restores.ts';
import type { SnapshotRow, SnapshotTree } from '../../pkg/contract/api/snapshots.ts';
import { folderOptions, treeLines } from '../../src/lib/folderTree.ts';
import { beforeDeletions } from '../../src/lib/gone.ts';
import { diffLines, foldEqual } from '../../src/lib/lineDiff.ts';

// The host's packages are for browsers; what is tested here needs only this of them.
const { config } = vi.hoisted(() => ({
  config: {
    featureToggles: {} as Record<string, boolean>,
    bootData: { user: { timezone: 'Europe/Paris', regionalFormat: 'de-DE' } },
  },
}));
vi.mock('@grafana/runtime', () => ({ config }));
vi.mock('@grafana/i18n', () => import('./english.ts'));
beforeEach(() => vi.stubGlobal('document', { documentElement: { lang: 'en-US' } }));

/** Both sides, put together again from a comparison. */
function sides(lines: ReturnType<typeof diffLines>): [string[], string[]] {
  return [
    lines.filter((line) => line.change !== 'added').map((line) => line.text),
    lines.filter((line) => line.change !== 'removed').map((line) => line.text),
  ];
}

describe('the line comparison', () => {
  it('finds the one line that differs, with the numbers of both sides', () => {
    const lines = diffLines(['a', 'b', 'c'], ['a', 'x', 'c']);
    expect(lines.map(({ change, text, before, after }) => [change, text, before, after])).toEqual([
      ['same', 'a', 1, 1],
      ['removed', 'b', 2, undefined],
      ['added', 'x', undefined, 2],
      ['same', 'c', 3, 3],
    ]);
  });

  it('loses no line of either side, whatever they are', () => {
    let seed = 7;
    const random = (below: number) => (seed = (seed * 16807) % 2147483647) % below;
    const text = () => Array.from({ length: random(30) }, () => 'abc'[random(3)] ?? '');
    for (let round = 0; round < 300; round++) {
      const [before, after] = [text(), text()];
      expect(sides(diffLines(before, after))).toEqual([before, after]);
    }
  });

  it('is shortest where it can be: a moved block costs twice its length, not the whole text', () => {
    const block = Array.from({ length: 50 }, (_, index) => `line ${index}`);
    const changed = diffLines(['new', ...block], [...block, 'new']).filter((line) => line.change !== 'same');
    expect(changed).toHaveLength(2);
  });

  it('gives up on the shortest way when everything differs, and still loses nothing', () => {
    const before = Array.from({ length: 3000 }, (_, index) => `old ${index}`);
    const after = Array.from({ length: 3000 }, (_, index) => `new ${index}`);
    expect(sides(diffLines(before, after))).toEqual([before, after]);
  });

  it('folds what is equal but for three lines around a difference, and unfolds it again', () => {
    const before = Array.from({ length: 40 }, (_, index) => `${index}`);
    const after = before.map((line) => (line === '20' ? 'changed' : line));
    const lines = diffLines(before, after);
    const folded = foldEqual(lines, 3, new Set());
    const counts = folded.flatMap((line) => (line.change === 'folded' ? [line.count] : []));
    expect(counts).toEqual([17, 16]);
    expect(folded).toHaveLength(3 + 2 + 3 + 2);
    const opened = new Set(folded.flatMap((line) => (line.change === 'folded' ? [line.at] : [])));
    expect(foldEqual(lines, 3, opened)).toEqual(lines);
  });

  it('finds what is other in a long text with thousands of differences', () => {
    const panel = (id: number, y: number) => [
      '{',
      `"id": ${id},`,
      '"gridPos": {',
      `"y": ${y}`,
      '},',
      '"type": "stat"',
      '},',
    ];
    const ids = Array.from({ length: 3000 }, (_, id) => id);
    const before = ids.flatMap((id) => panel(id, id * 8));
    const after = [...panel(9999, 0), ...ids.flatMap((id) => panel(id, id * 8 + 3))];
    const lines = diffLines(before, after);
    const side = (left: 'added' | 'removed') => lines.filter(({ change }) => change !== left).map(({ text }) => text);
    expect(side('added')).toEqual(before);
    expect(side('removed')).toEqual(after);
    // The panel that is new, and one line of each other.
    expect(lines.filter(({ change }) => change === 'added')).toHaveLength(7 + 3000);
    expect(lines.filter(({ change }) => change === 'removed')).toHaveLength(3000);
  });

  it('opens a fold of any length', () => {
    const before = Array.from({ length: 400_000 }, (_, index) => String(index % 1000));
    const lines = diffLines(before, [...before, 'added']);
    expect(foldEqual(lines, 3, new Set([0]))).toHaveLength(lines.length);
  });
});

describe('the folder tree', () => {
  const folder = (uid: string, parentUid?: string) => ({ org: 1, uid, title: uid, parentUid, direct: 1, total: 2 });
  const tree: SnapshotTree = {
    orgs: [{ id: 1, name: 'Main', root: 0, total: 9 }],
    folders: [folder('a'), folder('b', 'a'), folder('c', 'b'), folder('lost', 'not in the snapshot')],
  };

  it('shows what is below a folder only when it is opened', () => {
    const shown = (opened: string[]) => treeLines(tree, new Set(opened)).map((line) => `${line.depth} ${line.title}`);
    expect(shown([])).toEqual(['0 a', '0 lost']);
    expect(shown(['1/a'])).toEqual(['0 a', '1 b', '0 lost']);
    expect(shown(['1/a', '1/b'])).toEqual(['0 a', '1 b', '2 c', '0 lost']);
  });

  it('keeps a folder whose parent is missing where it can be found', () => {
    expect(treeLines(tree, new Set()).map((line) => line.title)).toContain('lost');
  });

  it('keeps the folders of two organizations apart, even with the same uid', () => {
    const two: SnapshotTree = {
      orgs: [...tree.orgs, { id: 2, name: 'Second', root: 0, total: 1 }],
      folders: [...tree.folders, { ...folder('a'), org: 2, title: 'Other a' }],
    };
    const titles = treeLines(two, new Set()).map((line) => `${line.depth} ${line.title}`);
    expect(titles).toEqual(['0 Main', '1 a', '1 lost', '0 Second', '1 Other a']);
  });

  it('names every folder by its whole path in a picker', () => {
    expect(folderOptions(tree.folders).map((option) => option.path)).toEqual(['a', 'a / b', 'a / b / c', 'lost']);
  });
});

describe('numbers and times', async () => {
  const format = await import('../../src/lib/format.ts');

  it('are short and say their unit', () => {
    expect(format.formatBytes(0)).toBe('0 bytes');
    expect(format.formatBytes(982)).toBe('982 bytes');
    expect(format.formatBytes(1_420_000)).toBe('1.4 MB');
    expect(format.formatBytes(53_000_000_000_000_000)).toBe('53,000 TB');
    expect(format.formatDuration(840)).toBe('840 ms');
    expect(format.formatDuration(4_230)).toBe('4.2 sec');
    expect(format.formatDuration(200_000)).toBe('3 min 20 sec');
    expect(format.formatDuration(7_500_000)).toBe('2 hr 5 min');
    expect(format.formatDuration(4 * 86_400_000)).toBe('4 days');
  });

  it('tell how long ago and how soon, from a moment to years', () => {
    const now = Date.parse('2026-11-24T12:00:00Z');
    expect(format.formatRelative('2026-11-24T11:59:40Z', now)).toBe('just now');
    expect(format.formatRelative('2026-11-24T11:20:00Z', now)).toBe('40 minutes ago');
    expect(format.formatRelative('2026-11-24T14:00:00Z', now)).toBe('in 2 hours');
    expect(format.formatRelative('2024-11-24T12:00:00Z', now)).toBe('2 years ago');
  });

  it("are in the user's zone, not the browser's", () => {
    expect(format.formatTime('2026-11-24T23:30:00Z')).toContain('Nov 25, 2026');
  });

  it('are written as in the region that the user chose, where this Grafana lets them choose', () => {
    config.featureToggles['localeFormatPreference'] = true;
    expect(format.formatTime('2026-11-24T23:30:00Z')).toContain('25.11.2026');
    expect(format.formatNumber(1234.5)).toBe('1.234,5');
    config.featureToggles['localeFormatPreference'] = false;
    expect(format.formatNumber(1234.5)).toBe('1,234.5');
  });
});

describe('schedules in words', async () => {
  const { cronInWords } = await import('../../src/lib/cron.ts');

  it.each([
    ['', 'Never'],
    ['*/15 * * * *', 'Every 15 minutes'],
    ['0 * * * *', 'Every hour'],
    ['0 */2 * * *', 'Every 2 hours'],
    ['0 3 * * *', 'Every day at 03:00'],
    ['30 3 * * 0', 'Sundays at 03:30'],
    ['30 3 * * 7', 'Sundays at 03:30'],
    ['5 6 * * 1-5', 'Monday to Friday at 06:05'],
    ['0 3 1 * *', 'On day 1 of each month at 03:00'],
  ])('%s is “%s”', (expression, words) => expect(cronInWords(expression)).toBe(words));

  it.each([
    '0 3 1 * 1',
    '5,35 * * * *',
    '0 3 * * 2-4',
    '0 */2 1 * *',
    '0 3 1 6 *',
    'nonsense',
    '0 0 3 * * *',
    '*/15 3 * * *',
  ])('says nothing it is not sure of: %s stays as it is', (expression) =>
    expect(cronInWords(expression)).toBe(expression),
  );
});

describe('addresses of targets', async () => {
  const { choosePreset, formatPlace, parsePlace } = await import('../../src/pages/Settings/target.ts');

  it.each(['s3://bucket', 's3://bucket/a/b', 'file:///var/lib/dashkeep'])('%s survives being edited', (url) =>
    expect(formatPlace(parsePlace(url))).toBe(url),
  );

  it('forgives slashes around the prefix, and has no address without a bucket', () => {
    expect(formatPlace({ sort: 's3', root: 'bucket', prefix: '/a/b/' })).toBe('s3://bucket/a/b');
    expect(formatPlace({ sort: 's3', root: '', prefix: 'a' })).toBe('');
  });

  it('takes a region that the chosen provider has', () => {
    expect(choosePreset('scaleway', 'us-east-1')).toMatchObject({
      region: 'fr-par',
      endpoint: 'https://s3.fr-par.scw.cloud',
    });
    expect(choosePreset('scaleway', 'nl-ams')).toMatchObject({ endpoint: 'https://s3.nl-ams.scw.cloud' });
    expect(choosePreset('aws', 'eu-west-3')).toMatchObject({ region: 'eu-west-3', endpoint: '' });
  });
});

describe('what a restore asks for', async () => {
  const { parametersOf, readForm, requestOf } = await import('../../src/pages/Restore/request.ts');
  const form = (parameters: Record<string, string | readonly string[] | undefined>, base?: RestoreRequest) =>
    readForm(
      {
        read: (name) => [parameters[name] ?? []].flat()[0] ?? '',
        readAll: (name) => [parameters[name] ?? []].flat(),
      },
      base,
    );

  it.each([
    { snapshot: 's', selection: { type: 'everything' as const }, options: {} },
    { snapshot: 's', selection: { type: 'folder' as const, org: 2, uid: 'a/b' }, options: { overwrite: true } },
    {
      snapshot: 's',
      selection: { type: 'kinds' as const, kinds: ['dashboard' as const, 'folder' as const] },
      options: { includeManaged: true },
    },
    {
      snapshot: 's',
      selection: {
        type: 'resources' as const,
        resources: [
          { org: 1, kind: 'dashboard' as const, uid: 'with/slash' },
          { org: 2, kind: 'alert-rule-group' as const, uid: 'a,b&c' },
        ],
      },
      options: { copy: { suffix: '(old)', folderUid: 'x', org: 3 } },
    },
  ])('comes back from its own address: %j', (request) => {
    expect(requestOf(form(parametersOf(request)))).toEqual(request);
  });

  it('is nothing while something is still to be chosen', () => {
    expect(requestOf(form({ snapshot: 's', type: 'folder' }))).toBeUndefined();
    expect(requestOf(form({ snapshot: 's', type: 'kinds', kinds: '' }))).toBeUndefined();
    expect(requestOf(form({ type: 'everything' }))).toBeUndefined();
  });

  it('comes back whole from its plan when it is too much for an address, with what was decided there', () => {
    const resources = Array.from({ length: 300 }, (_, index) => ({
      ...{ org: 1, kind: 'dashboard' as const, uid: `uid-${index}` },
    }));
    const request: RestoreRequest = {
      snapshot: 's',
      selection: { type: 'resources', resources },
      options: { withDependencies: true, dataSources: { old: 'new' }, overwrite: true },
    };
    const parameters = parametersOf({ ...request, id: 'p' });
    expect(parameters).toMatchObject({ plan: 'p', resource: [] });
    expect(requestOf(form(parameters, request))).toEqual(request);
  });

  it('never deletes beside single resources: there is nothing that they could lack', () => {
    const wish = { snapshot: 's', type: 'resources', resource: '1/dashboard/a', overwrite: 'yes', deleteExtra: 'yes' };
    expect(requestOf(form(wish))?.options).toEqual({ overwrite: true });
  });

  it('never deletes unless overwriting was chosen, too', () => {
    expect(requestOf(form({ snapshot: 's', deleteExtra: 'yes' }))?.options).toEqual({});
  });
});

describe('what is gone', async () => {
  const { outermost } = await import('../../src/lib/gone.ts');
  const removed = (kind: DiffEntry['kind'], uid: string, title: string, folder = ''): DiffEntry => ({
    ...{ change: 'removed', org: 1, kind, uid, title, folder },
  });

  it('is told by its outermost folder, which brings back all that was in it', () => {
    const gone = outermost(
      [
        removed('folder', 'shop', 'Shop'),
        removed('folder', 'shop-a', 'A', 'Shop'),
        removed('folder-permissions', 'shop', 'Shop', 'Shop'),
        removed('dashboard', 'd', 'Dashboard', 'Shop / A'),
        removed('annotation', 'x', 'Deployed'),
      ],
      's',
    );
    expect(gone.map(({ entry, inside, selection }) => [entry.title, inside, selection])).toEqual([
      ['Shop', 3, { type: 'folder', org: 1, uid: 'shop' }],
    ]);
  });

  it('brings a dashboard back with its permissions', () => {
    const gone = outermost(
      [removed('dashboard', 'd', 'Dashboard', 'Shop'), removed('dashboard-permissions', 'd', 'Dashboard', 'Shop')],
      's',
    );
    expect(gone.map(({ selection }) => selection)).toEqual([
      {
        type: 'resources',
        resources: [
          { org: 1, kind: 'dashboard', uid: 'd' },
          { org: 1, kind: 'dashboard-permissions', uid: 'd' },
        ],
      },
    ]);
  });

  it('tells folders apart whose titles begin alike, and orgs', () => {
    const entries = [
      removed('folder', 'shop', 'Shop'),
      removed('dashboard', 'd', 'Dashboard', 'Shopping'),
      { ...removed('dashboard', 'e', 'Other org', 'Shop'), org: 2 },
    ];
    expect(outermost(entries, 's').map(({ entry }) => entry.title)).toEqual(['Shop', 'Dashboard', 'Other org']);
  });
});

describe('backups after which something was deleted', () => {
  const row = (hour: number, trigger: SnapshotRow['trigger'], removed = 0): SnapshotRow => ({
    id: `${trigger}-${hour}`,
    time: `2026-11-26T${String(hour).padStart(2, '0')}:00:00.000Z`,
    ...{ status: 'complete', trigger, resources: 1, bytes: 1, problems: 0, signed: true, hold: null },
    changes: { added: 0, changed: 0, removed },
  });
  const since = Date.parse('2026-11-26T00:00:00.000Z');

  it('are compared with backups, never with what was taken before a restore', () => {
    const rows = [
      row(9, 'safety', 745),
      row(8, 'scheduled', 2),
      row(7, 'safety', 3),
      row(6, 'drill', 9),
      row(5, 'manual', 0),
    ];
    expect(beforeDeletions(rows, 'scheduled-8', since)).toEqual(['manual-5']);
  });

  it('end with the newest backup that is asked about', () => {
    const rows = [row(9, 'scheduled', 1), row(8, 'scheduled', 1), row(7, 'manual')];
    expect(beforeDeletions(rows, 'scheduled-8', since)).toEqual(['manual-7']);
  });
});
