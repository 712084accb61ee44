const normal = (text: string) => text.replace(/\s+/g, ' ').trim().toLowerCase();

/** Whether the wanted text was typed. Case and the kind of spaces do not matter: nobody can type a no-break space. */
export function isTyped(typed: string, phrase: string): boolean {
  return normal(typed) === normal(phrase);
}
