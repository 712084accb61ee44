import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readDashboard } from '../../../src/lib/panels/read.ts';

const missing = () => {
  throw new Error('can only be used after Grafana instance has started');
};
const runtime = vi.hoisted(() => ({
  config: { bootData: { user: { id: 7, login: 'ada', email: '', orgId: 2, orgName: 'Main' } }, featureToggles: {} },
  getPluginImportUtils: () => ({}),
  createQueryRunner: () => ({ destroy: () => undefined }),
  getDataSourceSrv: () => ({
    getInstanceSettings: ({ uid }: { uid: string }) => (uid === 'p' ? {} : undefined),
    getList: () => [{ uid: 'other' }, { uid: 'main', isDefault: true }],
  }),
}));

vi.mock('@grafana/runtime', () => runtime);
// As an ES module, the package needs a bundler.
vi.mock('@grafana/data', () => createRequire(import.meta.url)('@grafana/data') as object);
vi.mock('i18next', () => import('../host/i18next.ts'));

const host = await import('../../../src/lib/panels/host.ts');
const { rangeText } = await import('../../../src/lib/panels/rangeText.ts');

beforeEach(() => {
  vi.stubGlobal('document', { documentElement: { lang: 'en-US' } });
  vi.useFakeTimers({ now: new Date('2026-11-27T12:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const board = (time: object, timezone = 'utc') => readDashboard('dashboard', 'd', { time, timezone });
const edges = ({ from, to }: { from: { toISOString(): string }; to: { toISOString(): string } }) =>
  [from, to].map((moment) => moment.toISOString().replace(':00.000Z', ''));

describe('drawing panels', () => {
  it('is offered where Grafana lends what it needs', () => {
    expect(host.canDrawPanels()).toBe(true);
  });

  it.each(['getPluginImportUtils', 'createQueryRunner', 'getDataSourceSrv'] as const)(
    'is not offered where Grafana does not lend %s',
    (name) => {
      vi.spyOn(runtime, name).mockImplementation(missing);
      expect(host.canDrawPanels()).toBe(false);
    },
  );

  it('knows data sources, the default one first', () => {
    expect([{ uid: 'p' }, { uid: 'q' }].map((source) => host.hasSource(source, {}))).toEqual([true, false]);
    expect(host.variableContext(host.timeRangeOf(board({}))).sourcesOf('loki')[0]).toBe('main');
  });

  it('has the variables that Grafana sets', () => {
    const built = host.builtInVariables(host.timeRangeOf(board({ from: 'now-1h', to: 'now' })));
    expect(built['__from']?.value).toBe(String(Date.parse('2026-11-27T11:00:00Z')));
    expect(`${built['__user']?.value} ${(built['__user']!.value as { login: string }).login}`).toBe('7 ada');
    expect(String(built['__org']?.value)).toBe('2');
  });
});

describe('time ranges', () => {
  it('are those of the dashboard, also absolute ones', () => {
    expect(edges(host.timeRangeOf(board({ from: 'now-6h', to: 'now' })))).toEqual([
      '2026-11-27T06:00',
      '2026-11-27T12:00',
    ]);
    expect(edges(host.timeRangeOf(board({ from: 'now/d', to: 'now/d' })))[0]).toBe('2026-11-27T00:00');
    const absolute = { from: '2026-01-02T03:04:00.000Z', to: '2026-01-03T00:00:00.000Z' };
    expect(edges(host.timeRangeOf(board(absolute, '')))).toEqual(['2026-01-02T03:04', '2026-01-03T00:00']);
  });

  it('of a panel may be shorter, and shifted', () => {
    const range = host.timeRangeOf(board({ from: 'now-6h', to: 'now' }));
    const panel = (rest: object) => readDashboard('dashboard', 'd', { panels: [rest] }).panels[0]!;
    expect(edges(host.panelRange(range, panel({})))).toEqual(edges(range));
    expect(edges(host.panelRange(range, panel({ timeFrom: '2h' })))).toEqual(['2026-11-27T10:00', '2026-11-27T12:00']);
    expect(edges(host.panelRange(range, panel({ timeShift: '1d' })))).toEqual(['2026-11-26T06:00', '2026-11-26T12:00']);
    expect(edges(host.panelRange(range, panel({ timeFrom: 'soon', timeShift: 'x' })))).toEqual(edges(range));
    const fixed = host.timeRangeOf(board({ from: '2026-01-02T00:00:00.000Z', to: '2026-01-03T00:00:00.000Z' }));
    expect(edges(host.panelRange(fixed, panel({ timeFrom: '2h' })))).toEqual(edges(fixed));
  });

  it('are said as people say them', () => {
    expect(rangeText({ from: 'now-6h', to: 'now' })).toBe('the last 6 hours');
    expect(rangeText({ from: 'now-1d/d', to: 'now-1d/d' })).toBe('now-1d/d – now-1d/d');
    expect(rangeText({ from: '2026-01-02T03:04:00.000Z', to: 'now' })).toMatch(/2026.* – now$/);
    expect(rangeText({ from: 'x', to: 'y' })).toBe('x – y');
  });
});
