import type { NavModelItem, PluginMeta } from '@grafana/data';

export interface Crumb {
  text: string;
  url?: string;
}

const pathOf = ({ url = '' }: NavModelItem) => url.split('?')[0] ?? '';

/**
 * The page of the menu that a path is under: the longest that it starts with; below the app itself, as in Grafana's
 * menu.
 */
function sectionOf(meta: PluginMeta, path: string): NavModelItem {
  const app: NavModelItem = { text: meta.name, url: `/a/${meta.id}` };
  const [page] = (meta.includes ?? [])
    .filter((one) => one.addToNav && !one.defaultNav && one.path !== undefined && path.startsWith(one.path))
    .sort((a, b) => (b.path?.length ?? 0) - (a.path?.length ?? 0));
  return page === undefined ? app : { text: page.name, url: page.path, parentItem: app };
}

function chain(leaf: NavModelItem | undefined): NavModelItem[] {
  return leaf === undefined ? [] : [...chain(leaf.parentItem), leaf];
}

function crumbsOf(item: NavModelItem): Crumb[] {
  const active = item.children?.findIndex((child) => child.active) ?? -1;
  const tab = active > 0 ? item.children?.[active] : undefined;
  const { text, url } = item;
  return [{ text, url }, ...(tab === undefined ? [] : [{ text: tab.text, url: tab.url }])];
}

/**
 * The breadcrumbs that Grafana makes: those of the menu, then those that the page gives. They overlap only where the
 * outermost of the page has the very address of the menu's entry.
 */
export function breadcrumbs(meta: PluginMeta, path: string, pageNav: NavModelItem | undefined): Crumb[] {
  const section = chain(sectionOf(meta, path));
  const page = chain(pageNav);
  const last = section[section.length - 1];
  const same = page[0] !== undefined && last !== undefined && pathOf(page[0]) === pathOf(last);
  return [...(same ? section.slice(0, -1) : section), ...page].flatMap(crumbsOf);
}
