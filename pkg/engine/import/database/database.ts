import { reason } from '../../../contract/reasons/catalogue.ts';
import { groupBy } from '../../../lib/group-by.ts';
import type { Archive, ArchiveReader, ImportOptions } from '../archive.ts';
import { invalid, type Files } from '../files.ts';
import { ImportedOrg } from '../organization.ts';
import { addAccess, addAccounts } from './access.ts';
import { addAlerting } from './alerting.ts';
import { addDashboards } from './dashboards.ts';
import { postgresTables } from './postgres.ts';
import { addSettings } from './settings.ts';
import { sqliteTables } from './sqlite.ts';
import { numberIn, textIn, type OrgRows, type Tables } from './tables.ts';

/** The file of Grafana's own database. */
export const sqliteFile = databaseReader(/\.(db|sqlite3?)$/i, sqliteTables);

/** A dump of Grafana's database that `pg_dump` wrote as text. */
export const postgresDump = databaseReader(/\.(sql|pgsql)$/i, postgresTables);

function databaseReader(name: RegExp, tablesOf: (path: string) => Promise<Tables>): ArchiveReader {
  return {
    reads: ({ file, name: given }: Files) => file !== undefined && name.test(given),

    async read({ file, name: given }, options) {
      if (file === undefined) {
        throw invalid(`${given} is not a single file`);
      }
      return resourcesIn(await tablesOf(file), options);
    },
  };
}

function resourcesIn(tables: Tables, options: ImportOptions): Archive {
  const orgs = (tables.get('org') ?? []).map((row) => ({ id: numberIn(row, 'id'), name: textIn(row, 'name') }));
  if (orgs.length === 0) {
    throw invalid('the database contains no Grafana organization');
  }
  const byOrg = new Map(
    [...tables].map(([table, rows]) => [table, groupBy(rows, (row) => numberIn(row, 'org_id'))] as const),
  );
  const found = orgs.map(({ id }): ImportedOrg => {
    const org = new ImportedOrg({ ...options, org: id });
    const its: OrgRows = { org, id, rows: (table) => byOrg.get(table)?.get(id) ?? [] };
    addAccess(its, tables);
    addSettings(its);
    addDashboards(its, tables);
    addAlerting(its);
    LEFT_OUT.forEach((kind) => org.lacks(kind, '', reason('import-kind')));
    const snapshots = its.rows('dashboard_snapshot').length;
    if (snapshots > 0) {
      org.lacks('dashboard-snapshot', '', reason('import-kind'), snapshots);
    }
    return org;
  });
  const [first] = found;
  addAccounts(first as ImportedOrg, orgs, tables);
  return ImportedOrg.archiveOf(orgs, found);
}

/** Kinds that are in other tables, or in no form that others can read. */
const LEFT_OUT = ['folder-permissions', 'dashboard-permissions', 'silence'] as const;
