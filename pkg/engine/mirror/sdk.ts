/** What is used of the Git library. */
export {
  addRemote,
  commit,
  fetch,
  init,
  listServerRefs,
  push,
  readBlob,
  readTree,
  resolveRef,
  writeBlob,
  writeRef,
  writeTree,
} from 'isomorphic-git';
