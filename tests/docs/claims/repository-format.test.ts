import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Manifest } from '../../../pkg/contract/manifest.ts';
import * as layout from '../../../pkg/repository/layout.ts';
import { ROOT } from '../pages.ts';

const page = readFileSync(join(ROOT, 'docs/repository-format.md'), 'utf8');

describe('the page about the format of the repository', () => {
  it('lists everything at the top of a prefix', () => {
    const [, list = ''] = /```text\n([\s\S]*?)```/.exec(page) ?? [];
    const listed = new Set(list.split('\n').map((line) => line.split(/[/ ]/, 1)[0]));
    const folders = Object.values(layout).filter((name) => typeof name === 'string' && /^[a-z-]+\/$/.test(name));
    expect(folders.length).toBeGreaterThan(9);
    expect([layout.CONFIG_KEY, ...folders].filter((name) => !listed.has(String(name).replace('/', '')))).toEqual([]);
  });

  it('names the members of a manifest in their order', () => {
    const [, text = ''] = /It contains, in this order:\n([\s\S]*?)\n\n/.exec(page) ?? [];
    // What is in parentheses describes a member.
    const named = [...text.replace(/\((?:[^()]|\([^()]*\))*\)/g, '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
    const members = Object.keys(Manifest.shape).filter((name) => named.includes(name));
    expect(named).toEqual(members);
    // The page has words for these.
    const others = ['dashkeep', 'grafana'];
    expect(Object.keys(Manifest.shape).filter((name) => !named.includes(name))).toEqual(others);
  });
});
