import { createReadStream } from 'node:fs';
import { invalid } from '../files.ts';
import { SECRET_COLUMNS, TABLES, type Row, type Table, type Tables } from './tables.ts';

/** No resource is larger. */
const MAX_LINE_LENGTH = 64 * 1024 * 1024;
/** The imported tables are held in memory. */
const MAX_BYTES = 512 * 1024 * 1024;
const COPY = /^COPY (?:"?[\w$]+"?\.)?"?(\w+)"? \((.*)\) FROM stdin;$/;
const KNOWN: ReadonlySet<string> = new Set(TABLES);

/** The tables of a dump that `pg_dump` wrote as text. @throws DK_IMPORT_INVALID */
export async function postgresTables(path: string): Promise<Tables> {
  const tables = new Map<Table, Row[]>();
  let rows: Row[] | undefined;
  let columns: string[] = [];
  let isOpen = false;
  let bytes = 0;
  const source = createReadStream(path, 'utf8');
  try {
    for await (const line of linesOf(path, source)) {
      if (isOpen) {
        isOpen = line !== '\\.';
        if (isOpen && rows !== undefined) {
          bytes += line.length;
          rows.push(rowOf(path, columns, line));
        }
      } else {
        const [, table = '', names = ''] = COPY.exec(line) ?? [];
        isOpen = table !== '';
        columns = names.split(', ').map((name) => name.replaceAll('"', ''));
        rows = KNOWN.has(table) ? [] : undefined;
        if (rows !== undefined) {
          tables.set(table as Table, rows);
        }
      }
      if (bytes > MAX_BYTES) {
        throw invalid(`${path} contains more than ${MAX_BYTES / 1024 / 1024} MiB of resources`);
      }
    }
  } finally {
    source.destroy();
  }
  if (isOpen) {
    throw invalid(`${path} ends within a table`);
  }
  return tables;
}

function rowOf(path: string, columns: readonly string[], line: string): Row {
  const values = line.split('\t');
  if (values.length !== columns.length) {
    throw invalid(`${path} is damaged: a row has ${values.length} values instead of ${columns.length}`);
  }
  const given = columns.map((name, at) => [name, valueOf(values[at] ?? '')] as const);
  return Object.fromEntries(given.filter(([name]) => !SECRET_COLUMNS.has(name)));
}

const ESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function valueOf(text: string): string | null {
  return text === '\\N' ? null : text.replace(/\\(.)/g, (_, letter: string) => ESCAPED[letter] ?? letter);
}

async function* linesOf(path: string, source: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const part of source) {
    const lines = (rest + part).split(/\r?\n/);
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_LENGTH) {
      throw invalid(`${path} contains a line longer than ${MAX_LINE_LENGTH / 1024 / 1024} MiB`);
    }
    yield* lines;
  }
  if (rest !== '') {
    yield rest;
  }
}
