import { fileURLToPath } from 'node:url';
import { reason } from '../../contract/reasons/catalogue.ts';
import { wrongTarget } from '../address.ts';
import type { StorageScheme } from '../scheme.ts';
import { directoryWithin } from './roots.ts';
import { DirectoryStore } from './store.ts';

/** `file:///directory`. */
export const directoryScheme: StorageScheme<{ kind: 'directory'; path: string }> = {
  parse(address) {
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
  },

  async open({ path }, { directories, random }) {
    const value = directories === undefined ? path : await directoryWithin(path, directories);
    const settings = [{ name: 'directory', value, from: 'the target' }];
    return { store: new DirectoryStore(value, random), settings, warnings: [] };
  },
};
