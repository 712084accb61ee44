import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ERROR_CATALOGUE } from '../../pkg/contract/errors/catalogue.ts';
import { Metrics } from '../../pkg/service/status/metrics.ts';
import { pages, ROOT } from './pages.ts';

const markdown = (path: string): string => pages().get(path) ?? '';

/** The first cells of the rows of all tables of a page. */
function firstCells(page: string): string[] {
  return [...page.matchAll(/^\| (.*?) \|/gm)].map(([, cell = '']) => cell);
}

/** All source of a folder as one text. */
function sourceOf(folder: string): string {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => readFileSync(join(ROOT, folder, file), 'utf8'))
    .join('\n');
}

describe('messages and codes in the pages', () => {
  it.each([...pages()])('%s: codes are of the catalogue', (_, page) => {
    for (const [code] of page.matchAll(/\bDK_[A-Z0-9_]+\b(?!…)/g)) {
      const known = Object.keys(ERROR_CATALOGUE).some(
        (name) => name === code || name.startsWith(code.replace(/_$/, '_')),
      );
      expect(known, code).toBe(true);
    }
  });

  it('docs/troubleshooting.md: messages are those that the program prints', () => {
    const source = sourceOf('pkg');
    const [ours = ''] = markdown('docs/troubleshooting.md').split('If the pod does not start');
    const messages = firstCells(ours)
      // What Helm prints is Helm's own: tests/node/mistakes.ts looks for it.
      .filter((cell) => !cell.trim().startsWith('`helm '))
      .flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text))
      .filter((text) => !text.startsWith('DK_'));
    expect(messages.length).toBeGreaterThan(4);
    for (const message of messages) {
      const parts = message.split(/ ?(?:…|'…'|\.\.\.) ?/).filter((part) => part.length > 3);
      for (const part of parts) {
        expect(source.includes(part), part).toBe(true);
      }
    }
  });
});

describe('docs/monitoring.md', () => {
  const page = markdown('docs/monitoring.md');

  it('says of every metric what the metric says of itself', async () => {
    const readings = { version: '1', resources: {}, tokenValid: true, leading: true, grafanaReachable: true };
    const unknown = { lastSuccess: undefined, scheduleInterval: undefined, tokenExpires: undefined };
    const counts = {
      targetReachable: undefined,
      snapshots: undefined,
      onHold: undefined,
      snapshotBytes: undefined,
      coverage: undefined,
      shrunk: undefined,
      massChange: undefined,
      uncovered: undefined,
      findings: [],
      notificationFailures: 0,
    };
    const exported = await new Metrics(() => ({ ...readings, ...unknown, ...counts })).render();
    const told = [...exported.matchAll(/^# HELP (dashkeep_\w+) (.+)$/gm)].map(([, name, help]) => `${name}: ${help}`);
    const shown = [...page.matchAll(/^\| `(dashkeep_\w+)` \| (.+?) \|$/gm)].map(([, name, help]) => `${name}: ${help}`);
    expect(told.length).toBeGreaterThan(10);
    expect(shown.sort()).toEqual(told.sort());
  });

  it('leads to a runbook for every alert, which is named after it', () => {
    const { groups } = parse(readFileSync(join(ROOT, 'provisioning/prometheus/rules.yml'), 'utf8')) as {
      groups: { rules: { alert: string; annotations: { runbook_url: string } }[] }[];
    };
    const alerts = groups.flatMap(({ rules }) => rules);
    expect([...new Set(alerts.map(({ alert }) => alert))].sort()).toEqual(
      firstCells(page)
        .filter((cell) => cell.startsWith('Dashkeep'))
        .sort(),
    );
    for (const { alert, annotations } of alerts) {
      const file = annotations.runbook_url.split('/').at(-1) ?? '';
      expect(page).toContain(`| ${alert} | [${file.replace('.md', '')}](runbooks/${file}) |`);
      expect(markdown(`docs/runbooks/${file}`)).toMatch(new RegExp(`^# ${alert}\n`));
    }
  });

  it('asks Prometheus only for metrics that there are', () => {
    const shown = firstCells(page).map((cell) => cell.replaceAll('`', ''));
    for (const [name] of page.matchAll(/\bdashkeep_\w+/g)) {
      expect(shown).toContain(name);
    }
  });
});
