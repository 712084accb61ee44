import type { Searchable, Versions } from '../../repository/repository.types.ts';

/** Answers where there is no repository yet. */
export const NO_VERSIONS: Versions<never> = {
  changes: [],
  snapshots: new Map(),
  indexed: 0,
  pending: 0,
  unreadable: 0,
};

/** The same for a search. */
export const nothingToSearch = (encrypted: boolean): Searchable => ({
  searched: encrypted ? 'titles' : 'content',
  indexed: 0,
  pending: 0,
  unreadable: 0,
  async *things() {},
  histories: async () => [],
  everSeen: async () => [],
  areShared: async () => false,
  snapshots: new Map(),
});
