import { parse } from 'yaml';

/** A documented value of the chart. */
export interface DocumentedValue {
  path: string;
  description: string;
  /** Its default as JSON. */
  defaultJson: string;
}

const START = '<!-- values: generated from values.yaml by `npm run chart`, do not edit -->';
const END = '<!-- /values -->';

/** Every value with a `# -- ` comment in values.yaml, in the file's order. */
export function documentedValues(valuesYaml: string): DocumentedValue[] {
  const tree: unknown = parse(valuesYaml);
  const found: DocumentedValue[] = [];
  const parents: { indent: number; key: string }[] = [];
  let comment: string[] = [];
  for (const line of valuesYaml.split('\n')) {
    const text = /^\s*# ?(.*)$/.exec(line)?.[1];
    if (text !== undefined) {
      if (text.startsWith('-- ')) {
        comment = [text.slice(3)];
      } else if (comment.length > 0) {
        comment.push(text);
      }
      continue;
    }
    const [, spaces, key] = /^(\s*)([A-Za-z][\w.]*):/.exec(line) ?? [];
    if (spaces !== undefined && key !== undefined) {
      while (parents.length > 0 && (parents.at(-1)?.indent ?? 0) >= spaces.length) {
        parents.pop();
      }
      parents.push({ indent: spaces.length, key });
      if (comment.length > 0) {
        const keys = parents.map((parent) => parent.key);
        const value = keys.reduce<unknown>((node, name) => (node as Record<string, unknown>)[name], tree);
        found.push({ path: keys.join('.'), description: comment.join(' '), defaultJson: JSON.stringify(value) });
      }
    }
    comment = [];
  }
  return found;
}

/** The chart's README with an updated table of values. */
export function withValuesTable(readme: string, valuesYaml: string): string {
  const rows = documentedValues(valuesYaml).map(
    ({ path, description, defaultJson }) => `| \`${path}\` | ${cell(description)} | \`${cell(defaultJson)}\` |`,
  );
  const table = [START, '', '| value | purpose | default |', '| --- | --- | --- |', ...rows, '', END].join('\n');
  const from = readme.indexOf(START);
  const to = readme.indexOf(END);
  if (from < 0 || to < from) {
    throw new Error('README.md has lost the marks around its table of values');
  }
  return readme.slice(0, from) + table + readme.slice(to + END.length);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
