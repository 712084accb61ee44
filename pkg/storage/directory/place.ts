import { fileURLToPath } from 'node:url';
import { reason } from '../../contract/reasons/catalogue.ts';
import { wrongTarget } from '../address.ts';

/** A directory that stores a repository. */
export interface DirectoryPlace {
  kind: 'directory';
  path: string;
}

/** Reads `file:///directory`. @throws DK_SETTINGS */
export function directoryPlace(address: string): DirectoryPlace {
  let path: string;
  try {
    path = fileURLToPath(address);
  } catch {
    throw wrongTarget(reason('target-slashes'));
  }
  if (address.includes('?') || address.includes('#')) {
    throw wrongTarget(reason('target-escapes'));
  }
  const trimmed = path.replace(/\/+$/, '');
  if (trimmed === '') {
    throw wrongTarget(reason('target-root'));
  }
  return { kind: 'directory', path: trimmed };
}
