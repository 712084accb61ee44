import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { ROOT } from './bundle.ts';

const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.map': 'application/json',
  '.md': 'text/markdown',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
};

const modules = join(ROOT, 'node_modules');

/** Where the files come from. */
export interface Folders {
  /** The bundle of the page that replaces Grafana. */
  host: string;
  /** The packages it was made from. */
  packages: string;
  /** The built app. */
  plugin: string;
  id: string;
}

/** npm carries only the icons that @grafana/ui itself shows; Grafana's set is built on Unicons. */
const ICONS = '@grafana/ui/dist/public/img/icons';
const MORE_ICONS = join(modules, '@iconscout/unicons/svg/line');

/** Grafana's fonts by the names its styles ask for. */
const FONTS: Record<string, string> = {
  'inter/Inter-Regular.woff2': '@fontsource/inter/files/inter-latin-400-normal.woff2',
  'inter/Inter-Medium.woff2': '@fontsource/inter/files/inter-latin-500-normal.woff2',
  'inter/Inter-Italic.woff2': '@fontsource/inter/files/inter-latin-400-italic.woff2',
};
const MONOSPACE = '@fontsource/roboto-mono/files/roboto-mono-latin-400-normal.woff2';

/** Answers one of the paths that Grafana serves files under; 404 otherwise. */
export async function serveFile(path: string, response: ServerResponse, folders: Folders): Promise<void> {
  for (const candidate of candidatesFor(path, folders)) {
    const content = await readFile(candidate).catch(() => undefined);
    if (content !== undefined) {
      const type = TYPES[extname(candidate)] ?? 'application/octet-stream';
      // The app may be built again while the page is open; the rest stays what it is.
      const caching = path.startsWith('/public/plugins/') ? 'no-cache' : 'max-age=3600';
      response.writeHead(200, { 'content-type': type, 'cache-control': caching }).end(content);
      return;
    }
  }
  response.writeHead(404).end();
}

function candidatesFor(path: string, folders: Folders): string[] {
  const below = (prefix: string) => (path.startsWith(prefix) ? normalize('/' + path.slice(prefix.length)) : undefined);
  const host = below('/host/');
  const plugin = below(`/public/plugins/${folders.id}/`);
  const icon = below('/public/build/img/icons/') ?? below('/public/img/icons/');
  const font = below('/public/fonts/');
  if (host !== undefined) {
    return [join(folders.host, host)];
  }
  if (plugin !== undefined) {
    return [join(folders.plugin, plugin)];
  }
  if (icon !== undefined) {
    return [join(folders.packages, 'node_modules', ICONS, icon), join(MORE_ICONS, icon.slice(icon.lastIndexOf('/')))];
  }
  return font === undefined ? [] : [join(modules, FONTS[font.slice(1)] ?? MONOSPACE)];
}
