import { of, throwError } from 'rxjs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { backUpNow } from '../../src/extensions/backUp.ts';
import { dashboardIn, links, panelLink } from '../../src/extensions/links.ts';
import { TRANSLATED } from '../../src/extensions/words.ts';
import manifest from '../../src/plugin.json' with { type: 'json' };

const { host } = vi.hoisted(() => ({
  host: {
    config: { bootData: { user: { orgRole: 'Admin', isGrafanaAdmin: false } }, buildInfo: { version: '13.2.0' } },
    locationService: {
      pathname: '/d/board/checkout',
      pushed: [] as string[],
      getLocation: () => ({ pathname: host.locationService.pathname }),
      push: (path: string) => void host.locationService.pushed.push(path),
    },
    sent: [] as { method: string; url: string; data: unknown; headers: Record<string, string> }[],
    refusal: undefined as unknown,
    published: [] as { payload: string[] }[],
    getBackendSrv: () => ({
      fetch: (request: (typeof host.sent)[number]) => {
        host.sent.push(request);
        return host.refusal === undefined ? of({ status: 202, data: { id: 'run-1' } }) : throwError(() => host.refusal);
      },
    }),
    isFetchError: (error: object) => 'status' in error,
    getAppEvents: () => ({ publish: (event: { payload: string[] }) => void host.published.push(event) }),
  },
}));
vi.mock('@grafana/runtime', () => host);
vi.mock('i18next', () => import('./host/i18next.ts'));
vi.mock('@grafana/data', () => ({ AppEvents: { alertError: { name: 'alert-error' } } }));
vi.mock('../../src/app/translations.ts', () => ({ loadTranslations: async () => undefined }));

const VERSIONS = '/a/dashkeep-backup-app/versions/dashboard/board';

beforeEach(() => {
  vi.stubGlobal('document', { documentElement: { lang: 'en-US' } });
  host.config.bootData.user.orgRole = 'Admin';
  host.config.buildInfo.version = '13.2.0';
  host.locationService.pathname = '/d/board/checkout';
  host.locationService.pushed.length = 0;
  host.sent.length = 0;
  host.published.length = 0;
  host.refusal = undefined;
});

const all = [...links, panelLink];
const sidebar = links.find(({ targets }) => targets === 'grafana/dashboard/sidebar/v1');
const panel = { dashboard: { uid: 'board', title: 'Checkout', tags: [] } } as unknown as Parameters<
  NonNullable<typeof panelLink.configure>
>[0];

describe('what Dashkeep adds to the pages of Grafana', () => {
  it('is listed in plugin.json, or Grafana would leave it out', () => {
    const shown = all.map(({ targets, title, description }) => ({ targets: [targets].flat(), title, description }));
    const byText = (a: object, b: object) => JSON.stringify(a).localeCompare(JSON.stringify(b));
    expect(shown.sort(byText)).toEqual([...manifest.extensions.addedLinks].sort(byText));
  });

  it('has titles of ten characters and more, and addresses below the app', () => {
    for (const { title, path, onClick } of all) {
      expect(path ?? onClick, 'Grafana wants one of them').toBeDefined();
      expect(title.length).toBeGreaterThanOrEqual(10);
      expect(path ?? '/a/dashkeep-backup-app').toMatch(/^\/a\/dashkeep-backup-app/);
    }
  });

  it('speaks every language that the app speaks, as Grafana asks before any text is loaded', () => {
    const others = manifest.languages.filter((language) => language !== 'en-US');
    expect(Object.keys(TRANSLATED)).toEqual(others);
    vi.stubGlobal('document', { documentElement: { lang: 'fr-FR' } });
    host.config.buildInfo.version = '12.4.0';
    const titles = [
      ...links.map(({ configure }) => configure?.(undefined)?.title),
      panelLink.configure?.(panel)?.title,
    ];
    expect(titles).toContain('Restaurer un élément');
    expect(titles.filter((title) => all.some((link) => link.title === title))).toEqual([]);
  });

  it('is for admins alone', () => {
    for (const orgRole of ['Viewer', 'Editor', '']) {
      host.config.bootData.user.orgRole = orgRole;
      expect(links.map(({ configure }) => configure?.(undefined))).toEqual(links.map(() => undefined));
      host.config.buildInfo.version = '12.4.0';
      expect(panelLink.configure?.(panel)).toBeUndefined();
    }
  });

  it('leads from the sidebar of a dashboard to its versions', () => {
    expect(sidebar?.configure?.(undefined)).toMatchObject({ title: 'Earlier versions' });
    sidebar?.onClick?.(undefined, {} as never);
    expect(host.locationService.pushed).toEqual([VERSIONS]);
  });

  it('is not shown beside a dashboard that was never saved', () => {
    host.locationService.pathname = '/dashboard/new';
    expect(sidebar?.configure?.(undefined)).toBeUndefined();
  });

  it('is in the menu of panels where Grafana has no such sidebar', () => {
    for (const version of ['11.6.2', '12.4.0', '13.1.9']) {
      host.config.buildInfo.version = version;
      expect(panelLink.configure?.(panel)).toMatchObject({ path: VERSIONS });
    }
    for (const version of ['13.2.0', '13.10.1', '14.0.0']) {
      host.config.buildInfo.version = version;
      expect(panelLink.configure?.(panel)).toBeUndefined();
    }
  });

  it('has no bare address in the command palette: Grafana 12 calls onClick there, and follows none', () => {
    const palette = links.filter(({ targets }) => targets === 'grafana/commandpalette/action');
    expect(palette).toHaveLength(3);
    for (const { title, path, onClick } of palette) {
      expect([path, onClick], title).toEqual([undefined, expect.any(Function)]);
    }
    palette.find(({ title }) => title === 'Restore something')?.onClick?.(undefined, {} as never);
    expect(host.locationService.pushed).toEqual(['/a/dashkeep-backup-app/restore']);
  });

  it('starts a backup from the command palette and shows its run', async () => {
    await backUpNow();
    const [sent] = host.sent;
    expect(sent).toMatchObject({ method: 'POST', data: { kind: 'backup' } });
    expect(sent?.headers['Idempotency-Key']).toMatch(/^\d+(-\d+){3}$/);
    expect(host.locationService.pushed).toEqual(['/a/dashkeep-backup-app/runs/run-1']);
  });

  it('says why a backup did not start, and stays where it is', async () => {
    const error = { code: 'DK_BUSY', message: 'a backup is running', hint: 'Wait.' };
    host.refusal = { status: 409, statusText: '', config: { url: '' }, data: { error, message: error.message } };
    await backUpNow();
    expect(host.published).toHaveLength(1);
    expect(host.published[0]?.payload.join(' ')).toContain('running');
    expect(host.locationService.pushed).toEqual([]);
  });

  it('finds the dashboard in any address of one, also below a path of Grafana', () => {
    expect(dashboardIn('/d/board/checkout')).toBe('board');
    expect(dashboardIn('/grafana/d/board')).toBe('board');
    expect(dashboardIn('/a/some-app')).toBeUndefined();
  });
});
