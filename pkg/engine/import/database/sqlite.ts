import { readFile, stat } from 'node:fs/promises';
import { invalid } from '../files.ts';
import { SECRET_COLUMNS, TABLES, type Row, type Table, type Tables } from './tables.ts';

/** The whole file is held in memory. */
const MAX_BYTES = 512 * 1024 * 1024;
/** A column may have a default, which is not in the rows that are older than it. */
const READ_PER_BYTE = 4;
/** Header bytes that enable write-ahead logging, which does not work in memory. */
const [WRITE_VERSION, READ_VERSION] = [18, 19];

/** The tables of an SQLite file. Nothing is written to it. @throws DK_IMPORT_INVALID */
export async function sqliteTables(path: string): Promise<Tables> {
  const log = await stat(`${path}-wal`).catch(() => undefined);
  if (log !== undefined && log.size > 0) {
    throw invalid(
      `${path}-wal has changes that the file itself lacks: stop Grafana, or copy the file with VACUUM INTO`,
    );
  }
  if ((await stat(path)).size > MAX_BYTES) {
    throw invalid(`${path} is larger than ${MAX_BYTES / 1024 / 1024} MiB`);
  }
  const bytes = await readFile(path);
  if (bytes.subarray(0, 15).toString('latin1') !== 'SQLite format 3') {
    throw invalid(`${path} is not an SQLite file`);
  }
  bytes[WRITE_VERSION] = bytes[READ_VERSION] = 1;
  // Loaded only if needed.
  const { openDatabase } = await import('./sdk.ts');
  const database = await openDatabase(bytes);
  try {
    // The file is untrusted: nothing in it is executed.
    database.exec('PRAGMA trusted_schema = OFF; PRAGMA query_only = ON;');
    let left = Math.min(bytes.length * READ_PER_BYTE, MAX_BYTES);
    const rows = (sql: string): Row[] => {
      const statement = database.prepare(sql);
      const found: Row[] = [];
      while (statement.step()) {
        const row = textual(statement.getAsObject());
        // A long default, or pages that many others point to, make a small file endless.
        left -= sizeOf(row);
        if (left < 0) {
          throw new Error('its tables contain more than the file');
        }
        found.push(row);
      }
      statement.free();
      return found;
    };
    const tables = new Map<Table, Row[]>();
    for (const table of TABLES) {
      // Skips views, virtual tables and computed columns.
      const [real] = rows(
        `SELECT name FROM sqlite_master WHERE type = 'table' AND name = '${table}' AND sql NOT LIKE 'CREATE VIRTUAL%'`,
      );
      const columns = real === undefined ? [] : rows(`PRAGMA table_xinfo("${table}")`);
      const names = columns
        .filter(({ name, hidden }) => hidden === 0 && !SECRET_COLUMNS.has(String(name)))
        .map(({ name }) => `"${String(name).replaceAll('"', '""')}"`);
      if (names.length > 0) {
        tables.set(table, rows(`SELECT ${names.join(', ')} FROM "${table}"`));
      }
    }
    return tables;
  } catch (cause) {
    throw invalid(`${path} is damaged: ${(cause as Error).message}`, cause);
  } finally {
    database.close();
  }
}

/** Grafana stores some texts as bytes. */
function textual(row: Readonly<Record<string, string | number | Uint8Array | null>>): Row {
  const values = Object.entries(row).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
  ]);
  return Object.fromEntries(values) as Row;
}

function sizeOf(row: Row): number {
  return Object.values(row).reduce<number>((sum, value) => sum + 1 + (typeof value === 'string' ? value.length : 0), 0);
}
