import { DashkeepError } from '../../contract/errors.ts';
import type { SecretReader } from '../../grafana/http/credentials.ts';
import { headerSecret } from '../../lib/http/header-secret.ts';
import type { Sourced } from '../../lib/sourced.ts';
import { readSettingFile, type Environment } from './environment.ts';
import { SECTIONS, type Secret, type Setting } from './setting-definitions.ts';

type Section = (typeof SECTIONS)[keyof typeof SECTIONS];
type Intersection<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never;
type Table = Intersection<Section>;

/** Every setting and secret by its variable. */
export const SETTINGS = Object.assign({}, ...Object.values(SECTIONS)) as Table;

/** The variable of each flag: of `--target`, DASHKEEP_TARGET. */
export const FLAG_VARIABLES: ReadonlyMap<string, string> = new Map(
  Object.entries<Setting | Secret>(SETTINGS).flatMap(([name, row]) =>
    row.flag === undefined ? [] : [[longOf(row.flag), 'secret' in row ? `${name}_FILE` : name] as const],
  ),
);

/** Of the settings of connections. */
type OfConnection = `DASHKEEP_CONNECTION_<NAME>_${string}`;

export type Name = keyof Table;
export type SecretVariable = { [N in Name]: Table[N] extends Secret ? N : never }[Name];
export type SettingVariable = Exclude<Name, SecretVariable>;
type Value<N extends SettingVariable> = ReturnType<Table[N]['parse']>;

/**
 * What flags and environment say, in one order for every command and the service: the flag, the variable, the file that
 * NAME_FILE names, the default. Each value knows its source. The settings page comes before the default alone, see
 * DeploymentRules.
 */
export class Configuration {
  readonly #environment: Environment;
  readonly #flags: Readonly<Record<string, unknown>>;

  /** @param flags - as parsed, each already with its variable where the flag is not given */
  constructor(environment: Environment, flags: object = {}) {
    this.#environment = environment;
    this.#flags = flags as Record<string, unknown>;
  }

  /** A setting and where it was given; undefined where it was not. @throws DK_SETTINGS naming the source */
  find<N extends SettingVariable>(name: N): Sourced<Value<N>> | undefined {
    const { parse, flag }: Setting = SETTINGS[name];
    const given = this.#flag(flag, name) ?? { value: this.variable(name), from: name };
    return given.value === undefined
      ? undefined
      : { value: parse(given.value, given.from) as Value<N>, from: given.from };
  }

  /** A setting or its default. @throws DK_SETTINGS naming the source */
  get<N extends SettingVariable>(name: N): Table[N] extends { default: string } ? Value<N> : Value<N> | undefined;
  get(name: SettingVariable): unknown {
    const found = this.find(name);
    const { parse, default: text }: Setting = SETTINGS[name];
    return found === undefined && text !== undefined ? parse(text, name) : found?.value;
  }

  /** Refuses an invalid value also where a command does not need it. @throws DK_SETTINGS naming the variable */
  assertValid(): void {
    for (const [name, row] of Object.entries<Setting | Secret>(SETTINGS)) {
      if (name.startsWith('DASHKEEP_') && !('secret' in row)) {
        this.find(name as SettingVariable);
      }
    }
  }

  /** A secret, read at each use. @throws DK_SETTINGS when it is given twice */
  secret(name: SecretVariable): Sourced<SecretReader> | undefined {
    const { flag }: Secret = SETTINGS[name];
    const file = this.#flag(flag, `${name}_FILE`);
    return file !== undefined && file.from !== `${name}_FILE` && file.value !== undefined
      ? fromFile(file.value, file.from)
      : this.#secret(name, name);
  }

  /** The names of the connections that have an address. */
  connections(): string[] {
    const found = Object.keys(this.#environment).flatMap((variable) =>
      this.variable(variable) === undefined ? [] : (/^DASHKEEP_CONNECTION_([A-Z0-9_]+)_URL$/.exec(variable)?.[1] ?? []),
    );
    return found.map((name) => name.toLowerCase().replaceAll('_', '-')).sort();
  }

  /** A setting of one connection. @throws DK_SETTINGS naming the source */
  ofConnection<N extends SettingVariable & OfConnection>(name: N, connection: string): Value<N> | undefined {
    const variable = variableOf(name, connection);
    const text = this.variable(variable);
    const { parse }: Setting = SETTINGS[name];
    return text === undefined ? undefined : (parse(text, variable) as Value<N>);
  }

  /** A secret of one connection, read at each use. @throws DK_SETTINGS when it is given twice */
  secretOfConnection(name: SecretVariable & OfConnection, connection: string): Sourced<SecretReader> | undefined {
    return this.#secret(variableOf(name, connection), name);
  }

  /** Secrets of further organizations, by organization. */
  secretsByOrg(name: SecretVariable & `${string}_ORG_<n>`): Map<number, SecretReader> {
    const found = new Map<number, SecretReader>();
    const prefix = name.slice(0, -'<n>'.length);
    for (const variable of Object.keys(this.#environment)) {
      const [, org] = variable.startsWith(prefix)
        ? (/^(\d+)(?:_FILE)?$/.exec(variable.slice(prefix.length)) ?? [])
        : [];
      const secret = org === undefined ? undefined : this.#secret(`${prefix}${org}`, name);
      if (secret !== undefined) {
        found.set(Number(org), secret.value);
      }
    }
    return found;
  }

  /** The variables of the environment that give secrets, or the paths of their files. */
  secretVariables(): string[] {
    const secrets = Object.entries<Setting | Secret>(SETTINGS).flatMap(([name, row]) =>
      'secret' in row ? [name] : [],
    );
    const forms = new RegExp(
      `^(?:${secrets.join('|')})(?:_FILE)?$`.replaceAll('<n>', '\\d+').replaceAll('<NAME>', '\\w+'),
    );
    return Object.keys(this.#environment)
      .filter((name) => forms.test(name) && this.variable(name) !== undefined)
      .sort();
  }

  /** A variable that is not Dashkeep's own. Blank counts as not set. */
  variable(name: string): string | undefined {
    const text = this.#environment[name]?.trim();
    return text === '' ? undefined : text;
  }

  /** What a flag of this command says; undefined where the command has no such flag. */
  #flag(flag: string | undefined, variable: string): Sourced<string | undefined> | undefined {
    const long = longOf(flag ?? '');
    const attribute = long.slice(2).replace(/-[a-z]/g, (part) => part.slice(1).toUpperCase());
    if (flag === undefined || !(attribute in this.#flags)) {
      return undefined;
    }
    const given = this.#flags[attribute];
    const value = given === undefined ? undefined : String(given as string | boolean).trim();
    const isVariable = value === this.#environment[variable]?.trim();
    return isVariable ? { value: this.variable(variable), from: variable } : { value, from: long };
  }

  /** @param row - its name in the table of settings */
  #secret(name: string, row: SecretVariable): Sourced<SecretReader> | undefined {
    const given = this.#given(name);
    const { header }: Secret = SETTINGS[row];
    return given === undefined || header !== true
      ? given
      : { from: given.from, value: async () => headerSecret(await given.value(), given.from) };
  }

  #given(name: string): Sourced<SecretReader> | undefined {
    const value = this.#environment[name];
    const path = this.variable(`${name}_FILE`);
    const isGiven = this.variable(name) !== undefined;
    if (isGiven && path !== undefined) {
      throw new DashkeepError('DK_SETTINGS', `set ${name} or ${name}_FILE, not both`);
    }
    if (path !== undefined) {
      return fromFile(path, `${name}_FILE`);
    }
    return value === undefined || !isGiven
      ? undefined
      : { value: () => Promise.resolve(withoutNewline(value)), from: name };
  }
}

/** The variable of one connection: of `my-stage`, that with `MY_STAGE`. */
function variableOf(name: string, connection: string): string {
  return name.replace('<NAME>', connection.toUpperCase().replaceAll('-', '_'));
}

function longOf(flag: string): string {
  return flag.split(' ', 1)[0] ?? '';
}

function fromFile(path: string, from: string): Sourced<SecretReader> {
  return {
    from,
    async value() {
      const text = await readSettingFile(path, from);
      if (text.trim() === '') {
        throw new DashkeepError('DK_SETTINGS', `${from} points to ${path}, which is empty`);
      }
      return withoutNewline(text);
    },
  };
}

/** Files end with a newline that belongs to no secret, and so do variables that are made of them. */
function withoutNewline(text: string): string {
  return text.replace(/\r?\n$/, '');
}
