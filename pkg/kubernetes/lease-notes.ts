import type { Lease } from './types.ts';

/** Annotations by which replicas share things that only the leader knows. */
const NOTE_PREFIX = 'dashkeep.io/';
/** By which another replica asks an idle leader to hand over: the person who clicked talks to that one. */
export const WANTED_BY = `${NOTE_PREFIX}wanted-by`;

/** The notes of the leader in a Lease, by their names. */
export function notesOf(lease: Lease): Record<string, string> {
  const notes: Record<string, string> = {};
  for (const [key, value] of Object.entries(lease.metadata.annotations ?? {})) {
    if (key.startsWith(NOTE_PREFIX)) {
      notes[key.slice(NOTE_PREFIX.length)] = value;
    }
  }
  return notes;
}

/** The annotations of a Lease with these notes in place of all that it had. */
export function annotationsWithNotes(lease: Lease, notes: Readonly<Record<string, string>>): Record<string, string> {
  const annotations = Object.fromEntries(
    Object.entries(lease.metadata.annotations ?? {}).filter(([key]) => !key.startsWith(NOTE_PREFIX)),
  );
  for (const [key, value] of Object.entries(notes)) {
    annotations[NOTE_PREFIX + key] = value;
  }
  return annotations;
}
