/** French texts with no-break spaces beside the signs that a line must not separate from their words. */
export function frenchSpaces<Texts>(texts: Texts): Texts {
  return JSON.parse(JSON.stringify(texts).replace(/ (?=[:;!?»])|(?<=«) /g, '\u00a0')) as Texts;
}
