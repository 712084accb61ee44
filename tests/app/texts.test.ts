import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { frenchSpaces } from '../../src/app/frenchSpaces.ts';
import { collectTexts, localeFile, nest } from '../../scripts/texts.ts';

type Nested = { [key: string]: string | Nested };

function flat(nested: Nested, prefix = ''): Record<string, string> {
  return Object.entries(nested).reduce<Record<string, string>>(
    (all, [key, value]) =>
      typeof value === 'string' ? { ...all, [prefix + key]: value } : { ...all, ...flat(value, `${prefix + key}.`) },
    {},
  );
}

const read = (language: string) => JSON.parse(readFileSync(localeFile(language), 'utf8')) as Nested;
const placeholders = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map(([found]) => found).sort();

describe('the texts of the app', () => {
  const source = collectTexts();

  it('are in the English file as they are in the source (scripts/texts.ts writes it)', () => {
    expect(read('en-US')).toEqual(nest(source));
  });

  it('are all there in French, with the plural forms that French has', () => {
    const wanted = Object.keys(source).flatMap((key) =>
      key.endsWith('_other') ? [key, key.replace(/_other$/, '_many')] : [key],
    );
    expect(Object.keys(flat(read('fr-FR'))).sort()).toEqual(wanted.sort());
  });

  it('keep their placeholders in French', () => {
    for (const [key, text] of Object.entries(flat(read('fr-FR')))) {
      const english = source[key] ?? source[key.replace(/_many$/, '_other')] ?? '';
      // "Every hour" names no number, in any language.
      if (!key.endsWith('_one')) {
        expect(placeholders(text), key).toEqual(placeholders(english));
      }
      expect(text.trim(), key).not.toBe('');
    }
  });

  it('have no-break spaces beside French signs, and only there', () => {
    const given = { a: 'Après : « {{side}} » ; puis ?', b: ['http://x', { c: 'de 14:00' }] };
    expect(frenchSpaces(given)).toEqual({
      ...given,
      a: 'Après\u00a0: «\u00a0{{side}}\u00a0»\u00a0; puis\u00a0?',
    });
  });

  it('hold the signs between two parts, which have spaces before them in French', () => {
    const names = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
    const found = names.filter((name) => /\}[:;?!] \$\{|join\('[:;]/.test(readFileSync(join('src', name), 'utf8')));
    // YAML is the same in every language.
    expect(found).toEqual(['pages/Send/mapping.ts']);
  });

  it('are French throughout, in the catalogues too, with a space before each of their signs', () => {
    const english =
      /(?<![\p{L}\w.’-])(the|of|and|is|are|not|cannot|with|from|this|that|which|was|were|has|have|be|to|in|for|by|it|its|or|missing|failed|unknown|left|there)(?![\p{L}\w.-])/iu;
    const french = { ...flat(read('fr-FR')), ...flat(JSON.parse(readFileSync('pkg/contract/french.json', 'utf8'))) };
    for (const [key, text] of Object.entries(french)) {
      const words = text.replaceAll(/\{+[\w-]+\}+|`[^`]*`|https?:\S+/g, '·');
      expect(words, key).not.toMatch(english);
      expect(words, key).not.toMatch(/[^\s«][;?!»](?=\s|$)|[^\s]:(?=\s|$)|«\S/u);
    }
  });

  it('are in sentence case: only names begin with a capital inside', () => {
    const names =
      /\b(Grafana|Dashkeep|S3|AWS|Amazon|Azure|Google|Scaleway|MinIO|Ceph|Garage|Cloudflare|R2|Backblaze|B2|Git|Sync|Terraform|JSON|YAML|CSV|HTML|Enterprise|Cloud|Secret|Role|Admin|Viewers?|Editors?|LDAP|API|DASHKEEP_[A-Z_]+|UIDs?|ID|Slack|HMAC|NTP|TLS|MiB|IAM|PEM|NetworkPolicy|Friday|Europe|Paris)\b/;
    for (const [key, text] of Object.entries(source)) {
      for (const sentence of text.split(/[.:;?!(…]\s*|^\{\{\w+\}\}\s/)) {
        const capitals = sentence
          .split(/\s+/)
          .slice(1)
          .filter((word) => /^[A-Z]/.test(word) && !names.test(word));
        expect(capitals, `${key}: ${text}`).toEqual([]);
      }
    }
  });

  it('call a snapshot that no trusted key signed untrusted, in the history as on the overview', () => {
    expect(source).toMatchObject({
      'protection.foreign': 'Some snapshots are untrusted',
      'foreign.title': 'Untrusted',
      'foreign.text': expect.stringMatching(/^No trusted key signed this snapshot/),
    });
  });

  it('say of what it is known who deleted it, where they say who changed what', () => {
    expect(source['versions.deletedByUnknown']).toMatch(/^Only Grafana 12\.4 and later record who deleted something/);
  });
});
