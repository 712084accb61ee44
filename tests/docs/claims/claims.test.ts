import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../../../pkg/cli/config/configuration.ts';
import { CHART, template } from '../../support/helm/helm.ts';
import { inlineCode, pages, ROOT } from '../pages.ts';

const markdown = (page: string): string => pages().get(page) ?? '';

/** Sentences that were not true, by what makes them untrue. */
const OVERSTATED: readonly (readonly [RegExp, string])[] = [
  [/never returns? passwords or tokens/, 'it returns the secrets of contact points'],
  [/every kind of resource that Grafana/, 'stars and query history are not backed up'],
  [/jq`? alone/, 'an encrypted repository needs age'],
  [/don't have to create a token/, 'the command line from cron needs one'],
  [/10\.4 to 13/, 'only some versions are recorded'],
];

describe('what the pages claim', () => {
  it.each([...pages()])('%s: nothing that was found to be untrue', (_, text) => {
    for (const [sentence, why] of OVERSTATED) {
      expect(text, why).not.toMatch(sentence);
    }
  });

  it.each([...pages()].filter(([page]) => page !== 'CHANGELOG.md'))('%s: files of the repository exist', (_, text) => {
    const named = inlineCode(text).filter((code) =>
      /^(?:bench|charts|docs|examples|pkg|scripts|src|tests)\/[\w./-]+\.(?!go$)\w+$/.test(code),
    );
    expect(named.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it('names the versions of Grafana that were recorded', () => {
    const recorded = readdirSync(join(ROOT, 'tests/golden/grafana')).filter((name) => /^\d+\.\d+$/.test(name));
    const shown = `recordings of ${recorded.sort().join(' and ')}`;
    expect(markdown('README.md')).toContain(shown);
    expect(markdown('docs/faq.md')).toContain(shown);
  });

  it('names the secrets that the service also reads from files', () => {
    for (const [name] of Object.entries(SETTINGS).filter(([, one]) => 'secret' in one)) {
      const row = markdown('docs/settings.md')
        .split('\n')
        .find((line) => line.startsWith(`| \`${name}\``));
      expect(row, name).toMatch(/…_FILE|_FILE`/);
    }
  });

  it('names every object of the chart, and every verb that it grants, in the guide', async () => {
    const guide = markdown('docs/install/official-chart.md');
    const [, created = ''] = /^(This creates [\s\S]*?Nothing runs yet\.)$/m.exec(guide) ?? [];
    for (const object of await template(CHART)) {
      if (object.kind !== 'Pod') {
        expect(created, object.kind).toContain(object.kind);
      }
      for (const rule of object.kind === 'Role' ? (object['rules'] as { verbs: string[] }[]) : []) {
        expect(created).toContain(`with ${rule.verbs.map((verb) => `\`${verb}\``).join(' and ')} on that`);
      }
    }
  });
});
