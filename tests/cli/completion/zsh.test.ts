import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderWith, shellTests } from './cases.ts';
import { isThere, lineAfter, proposed, Terminal } from './terminal.ts';

/** Escape and `*` insert all that is proposed; Ctrl-T shows the line. */
const SETUP = `
PS1='' PROMPT_EOL_MARK=''
unset zle_bracketed_paste
autoload -Uz compinit
@load@
show() { print -r -- "<<$BUFFER>>"; BUFFER= }
zle -N show
bindkey '^T' show
zle -C every complete-word _generic
zstyle ':completion:every:*' completer _all_matches _complete
zstyle ':completion:every:*' insert true
bindkey '^[*' every
print "<READY>"
`;

describe.skipIf(!isThere('zsh') || !isThere('script')).each([
  ['sourced', 'compinit -u -D; source ./_dashkeep'],
  ['from a folder of $fpath', 'fpath=($PWD $fpath); compinit -u -D'],
])('completion in zsh, %s', (_, load) => {
  let terminal: Terminal;
  let directory = '';

  beforeAll(async () => {
    directory = await folderWith('zsh', '_dashkeep');
    await writeFile(
      join(directory, 'setup'),
      SETUP.replace('@load@', () => load),
    );
    terminal = new Terminal('zsh -f -i', directory);
    terminal.type('source ./setup\n');
    await terminal.shown(/^<READY>/m);
  });

  afterAll(async () => {
    terminal.close();
    await rm(directory, { recursive: true });
  });

  shellTests(async (line) => {
    const words = await proposed(terminal, line);
    // Behind an option that takes a value comes "=", behind the last of a list a comma. Where no argument is left, zsh
    // proposes options.
    return words
      .map((word) => word.replace(/[,=]$/, ''))
      .filter((word) => !word.startsWith('-') || / -[^ ]*$/.test(line));
  });

  it('goes on where the word is not at its end, and begins another where it is', async () => {
    expect(await lineAfter(terminal, 'dashkeep rest', '\t')).toBe('dashkeep restore ');
    expect(await lineAfter(terminal, 'dashkeep cat latest pla', '\t')).toBe('dashkeep cat latest playlist/');
    expect(await lineAfter(terminal, 'dashkeep backup --kinds=folder,pla', '\t')).toMatch(
      / --kinds=folder,playlist,?$/,
    );
  });
});
