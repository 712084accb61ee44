import { expect, it } from 'vitest';
import { relink } from '../../pkg/engine/restore/mapping/relink.ts';

/*
 * Links are looked for in every text of a migration. Anyone who can edit a dashboard can put an image or a long word in
 * it, and nothing ends a search that runs.
 */

const renamed = (kind: string, uid: string): string => `${kind}-${uid}`;

it('looks for links in a text of megabytes without a space, which would otherwise take hours', () => {
  for (const part of ['abc/', 'a', '-', '/', 'd/', 'd-', 'd/a/', 'http://']) {
    const word = part.repeat(2_000_000 / part.length);
    expect(relink({ content: `${word} /d/one` }, renamed)).toMatchObject({
      content: expect.stringMatching(/ \/d\/dashboard-one$/) as string,
    });
  }
});

it('keeps every link behind a host, and renames all others', () => {
  const content =
    'https://other.example/d/a/d/b (/d/a?from=http://x/d/b) "d-solo/a" dashboards/f/a/ /alerting/grafana/r/view';
  expect(relink(content, renamed)).toBe(
    'https://other.example/d/a/d/b (/d/dashboard-a?from=http://x/d/b) "d-solo/dashboard-a" dashboards/f/folder-a/ /alerting/grafana/alert-rule-r/view',
  );
});
