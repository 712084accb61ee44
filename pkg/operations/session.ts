import type { Clock, Log, Randomness } from '../contract/ports.ts';
import type { MirrorConfig } from '../engine/mirror/remote.ts';
import type { Repository } from '../repository/repository.ts';
import type { GrafanaLink } from './grafana.ts';

/** What operations work with. */
export interface Session {
  repository: Repository;
  /** Asked for when it is needed: most operations work with the repository alone. */
  grafana: () => GrafanaLink;
  /** The Git repository that backups are mirrored to, where one is set. */
  mirror?: MirrorConfig | undefined;
  /** Of Dashkeep. */
  version: string;
  clock: Clock;
  randomness: Randomness;
  log: Log;
}
