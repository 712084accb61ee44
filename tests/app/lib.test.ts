import { describe, expect, it, vi } from 'vitest';
import type { Settings } from '../../pkg/contract/api/settings.ts';
import type { SnapshotTree } from '../../pkg/contract/api/snapshots.ts';
import { formatPlace } from '../../src/lib/format.ts';
import { folderOptions, treeLines } from '../../src/lib/folderTree.ts';
import { trendTone } from '../../src/lib/runs/trendTone.ts';
import { config, showPage } from './host/runtime.ts';

showPage({ timezone: 'Europe/Paris', regionalFormat: 'de-DE' });

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

  it('show seconds only where two times look alike', () => {
    const [early, late, other] = ['2026-03-01T10:00:05Z', '2026-03-01T10:00:40Z', '2026-03-01T11:00:00Z'] as const;
    const text = format.distinctTimes([early, late, other, other]);
    expect(text(early)).not.toBe(text(late));
    expect(text(early)).toContain(':05');
    expect(text(other)).toBe(format.formatTime(other));
  });

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

  it('say how long ago and how soon, from a moment to years', () => {
    const now = Date.parse('2026-11-24T12:00:00Z');
    expect(format.formatRelative('2026-11-24T11:59:40Z', now)).toBe('just now');
    expect(format.formatRelative('2026-11-24T11:20:00Z', now)).toBe('40 minutes ago');
    expect(format.formatRelative('2026-11-24T13:38:20Z', now)).toBe('in 1 hr 38 min');
    expect(format.formatRelative('2026-11-24T21:00:00Z', now)).toBe('in 9 hours');
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
  const { cronInWords } = await import('../../src/lib/times/cron.ts');

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
    '61 * * * *',
    '0 25 * * *',
    '0 3 32 * *',
    '*/61 * * * *',
    '0 */25 * * *',
    '*/0 * * * *',
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

describe('a bar of the charts', () => {
  it('is red only for a failure: what a person stopped is grey, and what was cut off or lacks something orange', () => {
    const tones = ['complete', 'failed', 'cancelled', 'interrupted', 'partial'].map(trendTone);
    expect(tones).toEqual(['primary', 'error', 'secondary', 'warning', 'warning']);
  });
});

describe('what the encryption settings say first', () => {
  const target = { configured: true, description: '', encrypted: false };

  it('asks to choose before the first backup only while there is none and nothing is chosen', async () => {
    const { encryptionNotice } = await import('../../src/pages/Settings/state/encryptionNotice.ts');
    const keys = (...recipients: string[]) =>
      ({ values: { encryption: { recipients } }, owners: {} }) as unknown as Settings;
    const choose = { title: 'Choose encryption before the first backup' };
    expect(encryptionNotice({ snapshots: 0, target }, keys())).toMatchObject(choose);
    expect(encryptionNotice({ target: { ...target, configured: false } }, keys())).toMatchObject(choose);
    expect(encryptionNotice({ snapshots: 0, target }, keys('age1x'))).toBeUndefined();
    // As just after saving, until the target was read.
    expect(encryptionNotice({ target }, keys('age1x'))).toBeUndefined();
    expect(encryptionNotice({ snapshots: 17, target }, keys())).toEqual({
      title: 'The 17 existing snapshots are not encrypted',
      text: 'Encryption applies only to new data. To encrypt everything, first choose an empty directory or bucket as the target.',
    });
    const encrypted = encryptionNotice({ snapshots: 1, target: { ...target, encrypted: true } }, keys('age1x'));
    // Earlier ones may be from before encryption was turned on.
    expect(encrypted?.title).toBe('New snapshots are encrypted');
  });
});

describe('what a run is said to be set off by', () => {
  it('is the same in the list of runs and in that of snapshots, also for one that was caught up', async () => {
    const { triggerLabel } = await import('../../src/lib/runs/triggers.ts');
    // The snapshot of a backup that was caught up is one of the schedule.
    expect(triggerLabel('catch-up')).toBe(triggerLabel('scheduled'));
  });
});

describe('where a target is', () => {
  it('is said in the language of the page', async () => {
    const place = 's3://bucket/grafana at https://s3.example.com';
    expect(formatPlace(place)).toBe(place);
    expect(formatPlace('file:///backups')).toBe('file:///backups');
    const { default: host } = await import('./host/i18next.ts');
    const translated = vi.spyOn(host, 't').mockReturnValue('…');
    expect(formatPlace(place)).toBe('…');
    expect(translated.mock.lastCall?.[2]).toMatchObject({
      place: 's3://bucket/grafana',
      service: 'https://s3.example.com',
    });
  });
});
