import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import initSqlJs, { type Database } from 'sql.js';

/** SQLite itself, in the built program. */
declare const BUILT_IN_SQLITE: string | undefined;

/** Opens a database in memory. */
export async function openDatabase(bytes: Uint8Array): Promise<Database> {
  const wasmBinary =
    typeof BUILT_IN_SQLITE === 'string'
      ? Buffer.from(BUILT_IN_SQLITE, 'base64')
      : await readFile(createRequire(import.meta.url).resolve('sql.js/dist/sql-wasm.wasm'));
  const { Database } = await initSqlJs({ wasmBinary: new Uint8Array(wasmBinary).buffer });
  return new Database(bytes);
}
