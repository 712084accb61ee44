import {
  FieldType,
  LoadingState,
  PanelPlugin,
  standardFieldConfigEditorRegistry,
  toDataFrame,
  type DataSourceApi,
  type DataSourceInstanceSettings,
  type DataSourceRef,
  type FieldConfigPropertyItem,
  type PanelData,
  type PanelProps,
  type QueryRunner,
  type QueryRunnerOptions,
  type ScopedVars,
} from '@grafana/data';
import {
  getTemplateSrv,
  setDataSourceSrv,
  setPluginImportUtils,
  setQueryRunnerFactory,
  setTemplateSrv,
  type DataSourceSrv,
  type TemplateSrv,
} from '@grafana/runtime';
import { ReplaySubject } from 'rxjs';

/*
 * What Grafana lends to apps that draw panels: visualizations, data sources, variables and the running of queries.
 * Those here show what they were given, so that a test can read it. What has `gone` in its name does not exist.
 */
const isGone = (name: string) => name.includes('gone');

/** The queries that were run, with variables filled in. */
const queries: string[] = [];

/** What is in the fields, and where their links lead. */
function Figures({ data, title, replaceVariables, options }: PanelProps<{ content?: string }>) {
  return (
    <div>
      <p>{`${title}: ${replaceVariables(options.content ?? '')}`}</p>
      <ul>
        {data.series.flatMap(({ name, fields }) =>
          fields.map((field) => (
            <li key={`${name} ${field.name}`}>
              {`${name}: ${String(field.values[0])}`}
              {field.getLinks?.({ valueRowIndex: 0 }).map(({ title: text, href }) => (
                <a key={text} href={href}>
                  {text}
                </a>
              ))}
            </li>
          )),
        )}
      </ul>
    </div>
  );
}

function visualization(id: string): PanelPlugin {
  const plugin = new PanelPlugin<{ content?: string }>(Figures).useFieldConfig();
  plugin.meta = { id, name: id, skipDataQuery: id === 'text', info: { version: '' } } as never;
  return plugin as unknown as PanelPlugin;
}

class Runner implements QueryRunner {
  readonly #results = new ReplaySubject<PanelData>(1);

  get() {
    return this.#results.asObservable();
  }

  run({ queries: asked, timeRange, scopedVars }: QueryRunnerOptions): void {
    const texts = asked.map((query) => getTemplateSrv().replace((query as { expr?: string }).expr, scopedVars));
    queries.push(...texts);
    const failed = texts.find((text) => text.includes('fails'));
    const frame = (name: string) =>
      toDataFrame({ name, fields: [{ name: 'Value', type: FieldType.number, values: [1] }] });
    this.#results.next({
      state: failed === undefined ? LoadingState.Done : LoadingState.Error,
      series: failed === undefined ? texts.map(frame) : [],
      errors: failed === undefined ? [] : [{ message: `cannot answer ${failed}` }],
      timeRange,
    });
  }

  cancel(): void {
    this.#results.complete();
  }

  destroy(): void {
    this.#results.complete();
  }
}

function uidOf(ref: DataSourceRef | string | null | undefined, scoped: ScopedVars | undefined): string {
  return getTemplateSrv().replace(typeof ref === 'string' ? ref : (ref?.uid ?? 'default'), scoped);
}

/** The one setting that all visualizations have here: what is not registered is dropped. */
const LINKS = {
  id: 'links',
  path: 'links',
  name: 'Data links',
  process: (value: unknown) => value,
  shouldApply: () => true,
} as unknown as FieldConfigPropertyItem;

/** Sets what an app finds in @grafana/runtime for this, once. */
export function providePanels(): void {
  Object.assign(window, { previewQueries: queries });
  setTemplateSrv({
    replace: (text = '', scoped: ScopedVars = {}) =>
      text.replace(/\$\{(\w+)(?::\w+)?\}|\$(\w+)/g, (whole, inBraces: string, bare: string) => {
        const value: unknown = scoped[inBraces ?? bare]?.value;
        return value === undefined ? whole : String(value);
      }),
    getVariables: () => [],
    containsTemplate: () => false,
    updateTimeRange: () => undefined,
  } satisfies TemplateSrv);
  standardFieldConfigEditorRegistry.setInit(() => [LINKS]);
  setPluginImportUtils({
    importPanelPlugin: async (id) => {
      if (isGone(id)) {
        throw new Error(`Plugin ${id} not found`);
      }
      return visualization(id);
    },
    getPanelPluginFromCache: () => undefined,
  });
  setDataSourceSrv({
    get: async (ref, scoped) => ({ uid: uidOf(ref, scoped) }) as DataSourceApi,
    getList: () => [{ uid: 'default', isDefault: true } as DataSourceInstanceSettings],
    getInstanceSettings: (ref, scoped) => {
      const uid = uidOf(ref, scoped);
      return isGone(uid) ? undefined : ({ uid } as DataSourceInstanceSettings);
    },
  } as DataSourceSrv);
  setQueryRunnerFactory(() => new Runner());
}
