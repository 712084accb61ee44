/** What the rules of Grafana's plugin validator look at. */
export interface Publication {
  manifest: {
    id: string;
    info: { logos: Record<string, string>; screenshots: { name: string; path: string }[] };
    dependencies: { plugins?: { id: string }[] };
  };
  /** Text of every script, by name. */
  scripts: Record<string, string>;
  /** First bytes of each picture, by path. */
  pictures: Record<string, Uint8Array>;
  packageJson: { dependencies?: Record<string, string>; devDependencies?: Record<string, string> };
  /** .config/webpack/webpack.config.ts; undefined when there is none. */
  webpackConfig: string | undefined;
}

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('latin1');

/** What a picture is, by its first bytes. */
const PICTURES: Record<string, (bytes: Uint8Array) => boolean> = {
  png: (bytes) => text(bytes).startsWith('\x89PNG'),
  jpg: (bytes) => text(bytes).startsWith('\xff\xd8\xff'),
  jpeg: (bytes) => text(bytes).startsWith('\xff\xd8\xff'),
  gif: (bytes) => text(bytes).startsWith('GIF8'),
  svg: (bytes) => /^\s*<(svg|\?xml)/.test(text(bytes)),
};

function inScripts({ scripts }: Publication, pattern: RegExp): string[] {
  return Object.entries(scripts).flatMap(([name, code]) => {
    const found = pattern.exec(code)?.[0];
    return found === undefined ? [] : [`${name}: ${found}`];
  });
}

/** Rules of the validator by its own names; each gives what breaks it. */
export const RULES: Record<string, (publication: Publication) => string[]> = {
  buildtools: ({ webpackConfig }) =>
    webpackConfig?.includes('create-plugin') ? [] : ['.config/webpack/webpack.config.ts'],
  circulardependencies: ({ manifest: { id, dependencies } }) =>
    (dependencies.plugins ?? []).flatMap((plugin) => (plugin.id === id ? [id] : [])),
  legacybuilder: ({ packageJson: { dependencies, devDependencies } }) =>
    Object.keys({ ...dependencies, ...devDependencies }).filter((name) => name === '@grafana/toolkit'),
  legacyplatform: (publication) =>
    inScripts(publication, /["']app\/(plugins\/sdk|core\/|features\/)|\bPanelCtrl\b|\bQueryCtrl\b|\bangular\.module\(/),
  logos: ({ manifest: { info }, pictures }) =>
    ['small', 'large'].filter((size) => pictures[info.logos[size] ?? ''] === undefined),
  reactcompat: (publication) =>
    inScripts(
      publication,
      /\bfindDOMNode\b|\bunmountComponentAtNode\b|__SECRET_INTERNALS_DO_NOT_USE|\bcreateFactory\(|\.propTypes\s*=(?!=)|\.defaultProps\s*=(?!=)/,
    ),
  screenshots: ({ manifest: { info }, pictures }) =>
    info.screenshots.length === 0
      ? ['there is none']
      : info.screenshots.flatMap(({ path }) => {
          const isOfType = PICTURES[path.split('.').at(-1) ?? ''];
          const bytes = pictures[path];
          return bytes !== undefined && isOfType?.(bytes) === true ? [] : [path];
        }),
};
