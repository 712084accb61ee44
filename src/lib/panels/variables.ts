import type { ScopedVars } from '@grafana/data';
import type { StoredVariable } from './model.ts';

const ALL = '$__all';

/** Variables without a value: their filters are part of each query. */
const FILTERS = ['adhoc', 'groupby'];

/** What values depend on besides the dashboard. */
export interface VariableContext {
  /** Uids of the data sources of a type, the default one first. */
  sourcesOf(type: string): string[];
  /** The step that a number of points needs in the time range, but none shorter than `least`. */
  intervalFor(points: number, least: string): string;
}

export interface VariableValues {
  scoped: ScopedVars;
  /** Names of those without a value: it is not saved, and Grafana would have to ask the data source. */
  unknown: string[];
}

/** Several values; as a text a regular expression, because some data sources put that into a query. */
class Values extends Array<string> {
  override toString(): string {
    return `(${this.join('|')})`;
  }
}

/** The value of each variable as it was saved, or its default, in the form that Grafana fills queries with. */
export function variableValues(variables: readonly StoredVariable[], context: VariableContext): VariableValues {
  const scoped: ScopedVars = {};
  const unknown: string[] = [];
  for (const variable of variables.filter(({ type }) => !FILTERS.includes(type))) {
    const values = valuesOf(variable, context);
    const [only] = values ?? [];
    if (values === undefined || only === undefined) {
      unknown.push(variable.name);
    } else {
      const value = values.length === 1 ? only : Values.from(values);
      scoped[variable.name] = { value, text: textOf(variable, values) };
    }
  }
  return { scoped, unknown };
}

/** Names of ad hoc variables whose filters were saved: they narrow what a dashboard shows. */
export function filterVariables(variables: readonly StoredVariable[]): string[] {
  return variables.filter(({ type, filters }) => FILTERS.includes(type) && filters > 0).map(({ name }) => name);
}

/** Names of the variables of a list that a panel uses in a certain part of it. */
export function usedIn(part: unknown, names: readonly string[]): string[] {
  const text = JSON.stringify(part) ?? '';
  const used = new Set(
    [...text.matchAll(/\$(\w+)|\[\[(\w+)|\$\{(\w+)/g)].map((match) => match[1] ?? match[2] ?? match[3]),
  );
  return names.filter((name) => used.has(name));
}

function valuesOf(variable: StoredVariable, context: VariableContext): string[] | undefined {
  const { type, allValue, query, text } = variable;
  const saved = [variable.value].flat().filter((one) => typeof one === 'string' || typeof one === 'number');
  const values = saved.map(String);
  if (values.includes(ALL)) {
    const all = choices(variable, context);
    return allValue !== '' ? [allValue] : all.length > 0 ? all : undefined;
  }
  if (type === 'interval' && values[0]?.startsWith('$__auto')) {
    return [context.intervalFor(variable.autoCount, variable.autoMin)];
  }
  if (type === 'constant') {
    return [query || (values[0] ?? '')];
  }
  if (type === 'textbox') {
    return [values[0] ?? query];
  }
  // Without a choice Grafana takes the first one. An empty text was chosen where it is shown as None.
  const chosen = values.filter((value) => value !== '' || text === 'None');
  return chosen.length > 0 ? chosen : choices(variable, context).slice(0, 1);
}

/** What can be chosen, as far as the dashboard says it. */
function choices({ type, options, query }: StoredVariable, { sourcesOf }: VariableContext): string[] {
  const saved = options.filter((value) => value !== ALL && value !== '');
  if (saved.length > 0) {
    return saved;
  }
  switch (type) {
    case 'datasource':
      return sourcesOf(query);
    case 'custom':
    case 'interval':
      return listed(query);
    default:
      return [];
  }
}

/** The values of `a, b, name : value`, where `\,` is a comma of a value. */
function listed(query: string): string[] {
  return query
    .split(/(?<!\\),/)
    .map((part) => part.replaceAll('\\,', ',').trim())
    .map((part) => /^.*\S\s+:\s+(.+)$/.exec(part)?.[1]?.trim() ?? part)
    .filter((part) => part !== '');
}

function textOf({ text }: StoredVariable, values: string[]): string {
  const texts = [text].flat().filter((one) => typeof one === 'string' && one !== '');
  return texts.length > 0 ? texts.join(' + ') : values.join(' + ');
}
