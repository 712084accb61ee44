import { describe, expect, it } from 'vitest';
import { compare, linesOf } from './dump/compare.ts';
import { LOSSES } from './dump/losses.ts';
import { refusedUrl } from './guard.ts';
import { JOURNEYS } from './journeys/index.ts';
import { optionsOf } from './options.ts';
import { junit } from './report/junit.ts';
import { outcomeOf, summary } from './report/outcome.ts';

describe('which Grafana may be burned', () => {
  it.each(['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000'])('takes %s', (url) => {
    expect(refusedUrl(url, false)).toBeUndefined();
  });

  it.each(['http://grafana.example.com', 'http://127.0.0.1.example.com', 'http://10.0.0.1:3000'])('not %s', (url) => {
    expect(refusedUrl(url, false)).toContain('--not-local');
    expect(refusedUrl(url, true)).toBeUndefined();
  });

  it('takes no URL with a password, and no text that is no URL', () => {
    expect(refusedUrl('http://admin:secret@localhost:3000', true)).toContain('GRAFANA_ADMIN_PASSWORD');
    expect(refusedUrl('localhost:3000', true)).toContain('--grafana needs a URL');
  });
});

describe('two dumps', () => {
  const before = {
    'Main Org./dashboard/a': { folder: 'x', spec: { panels: [{ title: 'One' }] } },
    'Main Org./dashboard/b': { folder: '' },
    'Main Org./data-source/c': { url: 'u', secureJsonFields: { password: true } },
  };

  it('are compared field by field', () => {
    const after = {
      'Main Org./dashboard/a': { folder: 'x', spec: { panels: [{ title: 'Two' }] } },
      'Main Org./dashboard/d': { folder: '' },
      'Main Org./data-source/c': { url: 'v' },
    };
    expect(linesOf(compare(before, after, LOSSES))).toEqual([
      '~ Main Org./dashboard/a spec.panels.0.title: "One" became "Two"',
      '- Main Org./dashboard/b is missing',
      '+ Main Org./dashboard/d is there now',
      '~ Main Org./data-source/c url: "u" became "v"',
    ]);
  });

  it('of which one lacks many of a kind are summed up', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, number) => [`Main Org./annotation/${number}`, {}]));
    const lines = linesOf(compare(many, {}));
    expect(lines).toHaveLength(9);
    expect(lines.at(-1)).toBe('… and 22 more of this kind');
  });
});

it('knows its journeys by different names', () => {
  expect(new Set(JOURNEYS.map(({ name }) => name)).size).toBe(JOURNEYS.length);
});

it('takes passwords from the environment only', () => {
  expect(() => optionsOf(['--grafana', 'http://localhost:3000', '--password', 'secret'])).toThrow('--password');
});

it('reports what failed, also as XML that a parser takes', () => {
  const [journey] = JOURNEYS;
  const failed = outcomeOf(journey!, [{ what: 'a < b & "c"', ok: false, evidence: ['\u0000 <x>'] }], 1.5);
  const passed = outcomeOf({ ...journey!, name: 'other' }, [{ what: 'fine', ok: true, evidence: [] }], 1);
  expect(summary([failed, passed])).toContain('1 passed, 1 failed, 0 skipped');
  const xml = junit([failed, passed]);
  expect(xml).toContain('tests="2" failures="1" skipped="0"');
  expect(xml).toContain('a &lt; b &amp; &quot;c&quot;');
  expect(xml).not.toContain('\u0000');
});
