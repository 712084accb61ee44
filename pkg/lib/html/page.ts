import { createHash } from 'node:crypto';
import { Html, markup } from './html.ts';

const STYLE = `
@page { margin: 16mm 14mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 52rem; padding: 1.5rem; color: #111; background: #fff; font: 15px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.3rem; margin: 2rem 0 .5rem; padding-top: .75rem; border-top: 2px solid #111; }
h3 { font-size: 1.1rem; margin: 1.5rem 0 .25rem; }
h4 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
h1, h2, h3, h4 { break-after: avoid; }
p, ul, ol { margin: .5rem 0; }
pre { margin: .75rem 0; padding: .6rem .75rem; border: 1px solid #999; border-radius: 3px; background: #f4f4f4; white-space: pre-wrap; font-size: .8rem; line-height: 1.4; }
code, pre { font-family: ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; }
code { font-size: .85em; }
table { width: 100%; margin: .75rem 0; border-collapse: collapse; font-size: .85rem; line-height: 1.35; }
th, td { padding: .3rem .5rem; border: 1px solid #999; text-align: left; vertical-align: top; }
td { height: 1.9rem; }
.long, pre { overflow-wrap: anywhere; }
td pre { margin: 0; padding: 0; border: 0; background: none; }
thead th { background: #eee; }
tbody th { width: 12rem; background: #f4f4f4; font-weight: 600; }
tr { break-inside: avoid; }
thead { display: table-header-group; }
.quiet { color: #444; }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } }
`;

/**
 * A page in one file: nothing in it runs, and nothing is loaded. Its policy forbids both, even if a value were not
 * escaped.
 */
export function page(title: string, body: Html): string {
  const style = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${style}'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
${body}</body>
</html>
`.text;
}
