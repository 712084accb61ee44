/** Replaces spaces beside French punctuation with no-break spaces. */
export function frenchSpaces<Texts>(texts: Texts): Texts {
  return JSON.parse(JSON.stringify(texts).replace(/ (?=[:;!?»])|(?<=«) /g, '\u00a0')) as Texts;
}
