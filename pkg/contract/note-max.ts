/** The longest note that a person may write about a snapshot. In its own file, so that the app does without schemas. */
export const NOTE_MAX = 500;
