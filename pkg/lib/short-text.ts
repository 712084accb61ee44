/**
 * Characters of a text among the facts about resources, which are in memory as a whole, as JSON writes them: a control
 * character takes six. No name of people's is as long.
 */
const MOST = 1000;

/** A text of others for a place that has little room: its beginning where it is very long. */
export function shortText(text: string, most = MOST): string {
  let short = text.slice(0, most);
  for (let size = sizeOf(short); size > most; size = sizeOf(short)) {
    short = short.slice(0, Math.floor((short.length * most) / size));
  }
  return short.length < text.length ? `${short}…` : text;
}

function sizeOf(text: string): number {
  return JSON.stringify(text).length - 2;
}
