import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/**
 * Whether a snapshot counts is decided in `Trust` (`counts`, `shows`, `signature`, `assertCounts`, `assertRestorable`)
 * and nowhere else. These are all places below the service's pages and the command line's that read manifests, each
 * with the word by which it decides; a place that is not in the list has to find one.
 */
const READERS: Record<string, { decides?: RegExp; because?: string }> = {
  'repository/snapshots/checked-retention.ts': {
    because: 'readNeeds judges the summary, and planRetention goes by it',
  },
  'repository/copy/copy.ts': { decides: /to\.trust\.counts\(copy\.author\)[^]*from\.trust\.counts\(author\)/ },
  'repository/copy/mend.ts': { decides: /from\.trust\.counts\(stored\.author\)/ },
  'repository/snapshots/forget.ts': { decides: /trust\.counts\(author\)/ },
  'repository/snapshots/latest.ts': { decides: /trust\.shows\(opened\.author\)/ },
  'repository/snapshots/manifests.ts': { because: 'reads, and gives the author back' },
  'repository/deletions.ts': { decides: /trust\.counts\(author\)/ },
  'repository/repository.ts': { because: 'gives the author back, and latest and reusable decide' },
  'repository/sessions/locks.ts': { because: 'previousManifest decides' },
  'repository/holds/copies.ts': { decides: /trust\.counts\(author\)/ },
  'repository/holds/holds.ts': { decides: /trust\.counts\(author\)/ },
  'repository/index/snapshots.ts': { decides: /trust\.judge\(/ },
  'repository/index/versions/manifest-views.ts': { decides: /trust\.shows\(stored\.author\)/ },
  'repository/prune/survey.ts': { because: 'keeps what any manifest needs' },
  'repository/verify/verify.ts': { decides: /foreignProblem\(key, read\.author, standing\)/ },
  'repository/verify/problems.ts': { because: 'names what damage hurts' },
  'repository/verify/inspect.ts': { because: 'reusable decides' },
  'engine/drill/drill.ts': { decides: /assertCounts\(repository\.trust, stored\)/ },
  'engine/export/export.ts': { decides: /assertCounts\(repository\.trust, stored\)/ },
  'engine/recent.ts': { because: 'previousManifest decides' },
  'engine/backup/losses/overwritten.ts': {
    because: 'baseline has decided; this only asks under which key it was stored',
  },
  'engine/backup/losses/baseline.ts': { decides: /assertCounts\(repository\.trust, stored\)/ },
  'engine/backup/losses/earlier.ts': { decides: /assertCounts\(repository\.trust, stored\)/ },
  'engine/backup/previous.ts': { because: 'previousManifest decides, and latest only counts changes' },
  'engine/restore/undo/open-entries.ts': { decides: /trust\.counts\(author\)/ },
  'engine/restore/undo/undo.ts': { decides: /const \{ manifest \} = stored;[^]*stored,\n/ },
  'engine/runs.ts': { decides: /trust\.counts\(made\.author\)/ },
  'operations/backup.ts': { because: 'previousManifest decides' },
  'operations/forget.ts': { because: 'latest decides, and what it says only keeps more' },
  'operations/lost.ts': { decides: /assertCounts\(repository\.trust, stored\)/ },
  'service/repository/repository-cache.ts': { decides: /trust\.signature\(author\)/ },
  'service/previews.ts': { decides: /assertCounts\(repository\.trust, stored\)/ },
  'service/restores/plans.ts': { decides: /trust\.reconsider\(stored\.author,[^]*assertRestorable\(trust,/ },
  'cli/restore/command.ts': { decides: /confirmTrust\(/ },
  'cli/restore/check-connection.ts': { because: 'shows' },
  'cli/commands/cat.ts': { because: 'shows' },
  'cli/commands/diff.ts': { because: 'shows' },
  'cli/commands/show.ts': { because: 'shows' },
  'cli/commands/versions.ts': { because: 'shows' },
};

const READS =
  /\b(readManifest|openManifest|readNeeds|fetchManifest)\(|epository\.(stored|manifest|previousManifest|reusable)\(|opened\.stored\(/;
const root = join(import.meta.dirname, '../../pkg');

it('every reader of manifests goes by who signed them', () => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const found = files.filter((name) => READS.test(readFileSync(join(root, name), 'utf8')));
  expect(found.sort()).toEqual(Object.keys(READERS).sort());
  for (const name of found) {
    const { decides } = READERS[name] ?? {};
    expect(decides === undefined || decides.test(readFileSync(join(root, name), 'utf8')), name).toBe(true);
  }
});
