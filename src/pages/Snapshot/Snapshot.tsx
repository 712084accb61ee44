export function Snapshot() {
  return null;
}
