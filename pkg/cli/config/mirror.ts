import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compact } from '../../contract/compact.ts';
import type { MirrorConfig } from '../../engine/mirror/remote.ts';
import type { Configuration } from './configuration.ts';
import { apiServer, stateDirectory } from './settings.ts';

/** The Git repository that backups are mirrored to; undefined where none is set. @throws DK_SETTINGS */
export function mirrorConfig(configuration: Configuration): MirrorConfig | undefined {
  const url = configuration.get('DASHKEEP_GIT_URL');
  if (url === undefined) {
    return undefined;
  }
  // There the state is a Secret, and nothing but the temporary directory can be written.
  const isInPod = configuration.find('DASHKEEP_STATE_DIR') === undefined && apiServer(configuration) !== undefined;
  return compact({
    url,
    branch: configuration.get('DASHKEEP_GIT_BRANCH'),
    user: configuration.get('DASHKEEP_GIT_USER'),
    token: configuration.secret('DASHKEEP_GIT_TOKEN')?.value,
    directory: join(isInPod ? tmpdir() : stateDirectory(configuration), 'mirror'),
  });
}
