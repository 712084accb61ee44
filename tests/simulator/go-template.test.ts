import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderGoTemplate } from '../support/grafana/go-template.ts';

const MANIFEST = new URL('../../plugin.json', import.meta.url);
const { routes } = JSON.parse(readFileSync(MANIFEST, 'utf8')) as { routes: { headers: { content: string }[] }[] };
const CONTENT = routes[0]?.headers[0]?.content ?? '';

/** What Go 1.26 makes of the app's header, by stored token and address. */
const BY_GO: [token: string, url: unknown, header: string][] = [
  ['http://a:1 token', 'http://a:1', 'Bearer token'],
  ['http://a:1 token', 'http://b:1', ''],
  ['http://a:1 token', 'http://a', ''],
  ['http://a:1 token', 'http://a:1 t', ''],
  ['http://a:1 token', 'http://a:1 ', ''],
  ['http://a:1 token', 'http://a:1/', ''],
  ['http://a:1 token', 'HTTP://a:1', ''],
  ['http://a:1 token', '', ''],
  ['http://a:1 token', null, ''],
  ['http://a:1 token', undefined, ''],
  ['http://a:1 token', 1, ''],
  ['http://a:1 token', ['http://a:1'], ''],
  ['http://a:1 token', { a: 1 }, ''],
  ['http://a:1', 'http://a:1', ''],
  ['http://ä:1 token', 'http://ä:1', 'Bearer token'],
  ['http://ä:1 token', 'http://a:1', ''],
  ['token', 'http://b:1', 'Bearer token'],
  ['abc', 'http://a:1', 'Bearer abc'],
  ['', 'http://a:1', ''],
];

describe("the imitation of Go's templates", () => {
  it.each(BY_GO)('makes of %j for %j the same header as Go: %j', (sidecarToken, sidecarUrl, header) => {
    expect(renderGoTemplate(CONTENT, { JsonData: { sidecarUrl }, SecureJsonData: { sidecarToken } })).toBe(header);
  });

  it.each([
    ['a {{ .A.b }} c', 'a x c'],
    ['{{ .A.missing }}', '<no value>'],
    ['{{ print 1 2 "a" .A.missing }}', '1 2a<nil>'],
    ['{{ $v := .A.b }}{{ if eq $v "y" }}1{{ else if ne (len $v) 1 }}2{{ else }}3{{ end }}.', '3.'],
    ['{{ with .A }}{{ .b }}{{ with .missing }}1{{ else }}2{{ end }}{{ end }}', 'x2'],
    ['{{ slice "abc" 1 }}{{ slice "äbc" 0 2 }}{{ printf "%s-%.1s" "abc" "äe" }}', 'bcäabc-ä'],
    ['{{ if and (gt (len .A.b) 5) (eq (slice .A.b 0 5) "") }}1{{ else }}2{{ end }}', '2'],
  ])('knows %s', (template, text) => {
    expect(renderGoTemplate(template, { A: { b: 'x' } })).toBe(text);
  });

  it.each(['{{ unknown 1 }}', '{{ end }}', '{{ slice "a" 2 }}'])('refuses %s', (template) => {
    expect(() => renderGoTemplate(template, {})).toThrow();
  });
});
