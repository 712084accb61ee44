import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import webpack, { type Compiler } from 'webpack';

/** Folders of src/ that ship as they are. */
const FOLDERS = ['img', 'locales'];
/** The chart ships the same one. */
const DASHBOARD = 'charts/dashkeep/files/dashboard.json';
/** Files from outside of src/. */
const OUTSIDE = ['plugin.json', 'package.json', 'LICENSE', 'CHANGELOG.md', DASHBOARD];

interface Manifest {
  info: { screenshots: { path: string }[] };
}

/** Puts beside the code what Grafana and its catalogue expect: manifest, texts, pictures, translations, dashboards. */
export class CopyPluginFiles {
  readonly #root: string;

  /** @throws when a file is not there, before anything is compiled. */
  constructor(root: string) {
    this.#root = root;
    const missing = OUTSIDE.filter((name) => !existsSync(join(root, name)));
    if (missing.length > 0) {
      throw new Error(
        `The app needs ${missing.join(' and ')}, which is not here. In the build of an image, add it to .dockerignore with a "!" in front.`,
      );
    }
  }

  apply(compiler: Compiler): void {
    compiler.hooks.thisCompilation.tap('CopyPluginFiles', (compilation) => {
      const stage = webpack.Compilation.PROCESS_ASSETS_STAGE_ADDITIONAL;
      compilation.hooks.processAssets.tap({ name: 'CopyPluginFiles', stage }, () => {
        for (const [name, content] of this.#files()) {
          compilation.emitAsset(name, new webpack.sources.RawSource(content));
        }
      });
    });
  }

  *#files(): Generator<[name: string, content: Buffer | string]> {
    const src = join(this.#root, 'src');
    yield ['plugin.json', this.#filled(readFileSync(join(this.#root, 'plugin.json'), 'utf8'))];
    yield ['README.md', this.#filled(readFileSync(join(src, 'README.md'), 'utf8'))];
    for (const name of ['LICENSE', 'CHANGELOG.md']) {
      yield [name, readFileSync(join(this.#root, name))];
    }
    yield ['dashboards/dashkeep.json', readFileSync(join(this.#root, DASHBOARD))];
    const manifest = JSON.parse(readFileSync(join(this.#root, 'plugin.json'), 'utf8')) as Manifest;
    const shown = new Set(manifest.info.screenshots.map((screenshot) => screenshot.path));
    for (const folder of FOLDERS.filter((name) => existsSync(join(src, name)))) {
      const entries = readdirSync(join(src, folder), { recursive: true, withFileTypes: true });
      for (const entry of entries.filter((found) => found.isFile() && !found.name.startsWith('.'))) {
        const path = join(entry.parentPath, entry.name);
        const name = path.slice(src.length + 1);
        // Of the many pictures only those ship that the catalogue shows.
        if (!name.startsWith('img/screenshots/') || shown.has(name)) {
          yield [name, readFileSync(path)];
        }
      }
    }
  }

  #filled(text: string): string {
    const { version } = JSON.parse(readFileSync(join(this.#root, 'package.json'), 'utf8')) as { version: string };
    // The commit's time where a release is made, so that it can be made again.
    const epoch = process.env['SOURCE_DATE_EPOCH'];
    const now = epoch === undefined ? new Date() : new Date(Number(epoch) * 1000);
    const today = now.toISOString().slice(0, 10);
    return text.replaceAll('%VERSION%', version).replaceAll('%TODAY%', today);
  }
}
