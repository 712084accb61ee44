import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { RULES, type Publication } from './publishing.ts';
import { exactVersion, olderVersions } from '../support/preview/older.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/*
 * The rules of Grafana's plugin validator that can be told without Grafana, and our own budget, over the built dist/.
 */
const root = resolve(import.meta.dirname, '../..');
/**
 * What a release is about to publish; else built aside, so that a page served from dist/ is not pulled from under
 * somebody.
 */
const given = process.env['DASHKEEP_TEST_DIST'];
const dist = given ?? mkdtempSync(join(tmpdir(), 'dashkeep-dist-'));

interface Manifest {
  id: string;
  type: string;
  name: string;
  languages: string[];
  info: {
    description: string;
    version: string;
    updated: string;
    keywords: string[];
    logos: Record<string, string>;
    links: { name: string; url: string }[];
    screenshots: { name: string; path: string }[];
  };
  includes: { type: string; name: string; path: string; role?: string; defaultNav?: boolean }[];
  routes: {
    path: string;
    method?: string;
    reqRole?: string;
    url: string;
    headers?: { name: string; content: string }[];
  }[];
  dependencies: { grafanaDependency: string; plugins?: { id: string }[] };
}

function read(name: string): string {
  return readFileSync(join(dist, name), 'utf8');
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

function gzipped(names: string[]): number {
  return names.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name)), { level: 9 }).length, 0);
}

let manifest: Manifest;

beforeAll(() => {
  if (given === undefined) {
    execFileSync('npm', ['run', '--silent', 'build:plugin', '--', '--output-path', dist], { cwd: root, stdio: 'pipe' });
  }
  manifest = JSON.parse(read('plugin.json')) as Manifest;
});

afterAll(() => {
  if (given === undefined) {
    rmSync(dist, { recursive: true, force: true });
  }
});

/** The build and the repository, as the rules look at them. */
function published(): Publication {
  const files = filesOf(dist);
  const config = join(root, '.config/webpack/webpack.config.ts');
  return {
    manifest,
    scripts: Object.fromEntries(files.filter((name) => name.endsWith('.js')).map((name) => [name, read(name)])),
    pictures: Object.fromEntries(
      files
        .filter((name) => name.startsWith('img/'))
        .map((name) => [name, readFileSync(join(dist, name)).subarray(0, 100)]),
    ),
    packageJson: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Publication['packageJson'],
    webpackConfig: existsSync(config) ? readFileSync(config, 'utf8') : undefined,
  };
}

/** What each rule is there to find. */
const BROKEN: Record<string, (good: Publication) => Publication> = {
  buildtools: (good) => ({ ...good, webpackConfig: 'export default {};' }),
  circulardependencies: (good) => ({
    ...good,
    manifest: { ...good.manifest, dependencies: { plugins: [{ id: good.manifest.id }] } },
  }),
  legacybuilder: (good) => ({ ...good, packageJson: { devDependencies: { '@grafana/toolkit': '10.1.10' } } }),
  legacyplatform: (good) => ({ ...good, scripts: { 'module.js': 'define(["app/plugins/sdk"],()=>{})' } }),
  logos: (good) => ({ ...good, pictures: {} }),
  reactcompat: (good) => ({ ...good, scripts: { 'module.js': 'a.findDOMNode(this)' } }),
  screenshots: (good) => ({
    ...good,
    pictures: { ...good.pictures, [good.manifest.info.screenshots[0]?.path ?? '']: Buffer.from('GIF89a') },
  }),
};

describe('the rules of the validator', () => {
  it.each(Object.keys(RULES))('%s holds, and is seen to be broken', (name) => {
    const good = published();
    expect(RULES[name]?.(good)).toEqual([]);
    expect(RULES[name]?.(BROKEN[name]?.(good) ?? good)).not.toEqual([]);
  });
});

describe('the manifest', () => {
  it('has an id of the form org-name-type that ends like its type, and a name for people', () => {
    expect(manifest.id).toMatch(/^[0-9a-z]+-[0-9a-z]+-app$/);
    expect(manifest.id.endsWith(manifest.type)).toBe(true);
    expect(manifest.name).not.toBe(manifest.id);
    expect(manifest.name).not.toMatch(/grafana/i);
  });

  it('carries the version of package.json and today, with no placeholder left', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(manifest.info.version).toBe(version);
    expect(manifest.info.updated).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(read('plugin.json')).not.toMatch(/%[A-Z_]+%/);
  });

  it('can be found: description, keywords, links that reviewers ask for', () => {
    expect(manifest.info.description.length).toBeGreaterThan(20);
    expect(manifest.info.keywords.length).toBeGreaterThan(0);
    const links = manifest.info.links.map((link) => link.name.toLowerCase());
    expect(links).toEqual(expect.arrayContaining(['documentation', 'repository', 'license', 'raise issue']));
    expect(manifest.info.links.every((link) => link.url.startsWith('https://'))).toBe(true);
  });

  it('names only files that exist, by relative paths, with pictures that are what their name says', () => {
    const dashboards = manifest.includes.filter((include) => include.type === 'dashboard');
    const shots = manifest.info.screenshots.map((shot) => shot.path);
    for (const path of [...Object.values(manifest.info.logos), ...shots, ...dashboards.map(({ path }) => path)]) {
      expect(path).not.toMatch(/^[/.]|:\/\//);
      expect(existsSync(join(dist, path)), path).toBe(true);
    }
    for (const path of shots) {
      expect(readFileSync(join(dist, path)).subarray(1, 4).toString(), path).toBe('PNG');
    }
    expect(new Set(shots).size).toBe(shots.length);
  });

  it('has pages for admins only, and exactly one of them is where the app opens', () => {
    const pages = manifest.includes.filter((include) => include.type === 'page');
    expect(pages.filter((page) => page.defaultNav)).toHaveLength(1);
    expect(pages.every((page) => page.role === 'Admin')).toBe(true);
    for (const page of pages) {
      expect(page.path).toMatch(new RegExp(`^/(a|plugins)/${manifest.id}(/|$)`));
    }
  });

  it('lets admins alone through the proxy, and only Grafana adds the token', () => {
    expect(manifest.routes.length).toBeGreaterThan(0);
    for (const route of manifest.routes) {
      expect(route.reqRole).toBe('Admin');
      expect(route.url).toContain('.JsonData.sidecarUrl');
      expect(route.headers?.map(({ name }) => name)).toEqual(['Authorization']);
      // Whatever else the app stores as a secret is no business of the service.
      const sources = route.headers?.flatMap(({ content }) => content.match(/\.SecureJsonData\S*/g) ?? []);
      expect(sources).toEqual(['.SecureJsonData.sidecarToken']);
    }
  });

  it('states the oldest Grafana on whose packages the pages were tried, and is open to newer ones', () => {
    const [oldest = ''] = olderVersions().map(exactVersion);
    expect(manifest.dependencies.grafanaDependency).toBe(`>=${oldest}`);
  });
});

describe('the files', () => {
  it('are those that the catalogue needs', () => {
    for (const name of ['module.js', 'module.js.map', 'plugin.json', 'README.md', 'CHANGELOG.md', 'LICENSE']) {
      expect(existsSync(join(dist, name)), name).toBe(true);
    }
    expect(read('LICENSE')).toContain('Apache License');
  });

  it('hold no hidden file, no test and no stray JSON', () => {
    const names = filesOf(dist);
    expect(names.filter((name) => name.split('/').some((part) => part.startsWith('.')))).toEqual([]);
    expect(names.filter((name) => /\.(test|spec)\./.test(name))).toEqual([]);
    const json = names.filter((name) => name.endsWith('.json') && !/^(dashboards|locales)\//.test(name));
    expect(json).toEqual(['plugin.json']);
  });

  it('have texts in every language that the manifest promises', () => {
    for (const language of manifest.languages) {
      expect(existsSync(join(dist, 'locales', language, `${manifest.id}.json`)), language).toBe(true);
    }
  });

  it('have a README for readers: no comments, no jargon, only absolute links', () => {
    const readme = read('README.md');
    expect(readme).not.toContain('<!--');
    expect(readme).not.toMatch(/\b(yarn|nodejs)\b/i);
    expect(readme).not.toContain('Grafana App Plugin Template');
    for (const [, target] of readme.matchAll(/\]\(([^)]+)\)/g)) {
      expect(target).toMatch(/^https:\/\//);
    }
  });

  it('have vector pictures without scripts', () => {
    for (const name of filesOf(dist).filter((file) => file.endsWith('.svg'))) {
      expect(read(name)).not.toMatch(/<script|foreignObject|\son\w+=|javascript:/i);
    }
  });

  it('have a source map that holds our sources as they are', () => {
    const map = JSON.parse(read('module.js.map')) as { sources: string[]; sourcesContent: string[] };
    const index = map.sources.findIndex((source) => source === `webpack://${manifest.id}/./module.tsx`);
    expect(index).toBeGreaterThanOrEqual(0);
    expect(map.sourcesContent[index]).toBe(readFileSync(join(root, 'src/module.tsx'), 'utf8'));
  });
});

describe('the code', () => {
  it('is an AMD module that takes React, the router and Grafana from its host', () => {
    const [, list = ''] = /^define\(\[([^\]]*)\]/.exec(read('module.js')) ?? [];
    const dependencies = list.split(',').map((name) => name.replaceAll('"', ''));
    expect(dependencies).toEqual(expect.arrayContaining(['react', '@grafana/data', '@grafana/ui', '@grafana/runtime']));
    expect(dependencies.filter((name) => name.startsWith('react/'))).toEqual([]);
  });

  it('stays small: 200 KiB gzipped, and at most 48 KiB more for a language', () => {
    const scripts = filesOf(dist).filter((name) => name.endsWith('.js'));
    const texts = scripts.filter((name) => /\{\d+\(\w\)\{\w\.exports=JSON\.parse\(/.test(read(name).slice(0, 250)));
    expect(texts.length).toBeGreaterThan(0);
    expect(gzipped(scripts) - gzipped(texts)).toBeLessThan(200 * 1024);
    expect(gzipped(texts)).toBeLessThan(48 * 1024);
  });

  it('gives Grafana’s own pages, which load it for the links on them, no more than 8 KiB', () => {
    expect(gzipped(['module.js'])).toBeLessThan(8 * 1024);
  });

  it('holds no texts of the command line', () => {
    const scripts = filesOf(dist).filter((name) => name.endsWith('.js'));
    expect(scripts.filter((name) => /--(include-managed|overwrite|map-org) /.test(read(name)))).toEqual([]);
  });

  it('calls no other site and tracks nobody', () => {
    for (const name of filesOf(dist).filter((file) => file.endsWith('.js'))) {
      expect(read(name)).not.toMatch(/google-analytics|googletagmanager|rudderstack|sentry\.io|segment\.(com|io)/);
    }
  });
});
