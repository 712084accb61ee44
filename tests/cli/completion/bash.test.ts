import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderWith, shellTests } from './cases.ts';
import { isThere, lineAfter, proposed, Terminal } from './terminal.ts';

/** Escape and `*` insert all that is proposed, which is bash's own; Ctrl-T shows the line. */
const SETUP = `
source ./dashkeep.bash
bind 'set enable-bracketed-paste off'
bind 'set bell-style none'
bind -x '"\\C-t": printf "<<%s>>\\n" "$READLINE_LINE"'
PS1=''
echo "<READY>"
`;

describe.skipIf(!isThere('bash') || !isThere('script'))('completion in bash', () => {
  let terminal: Terminal;
  let directory = '';

  beforeAll(async () => {
    directory = await folderWith('bash', 'dashkeep.bash');
    await writeFile(join(directory, 'setup'), SETUP);
    terminal = new Terminal('bash --noprofile --rcfile setup -i', directory);
    await terminal.shown(/<READY>/);
  });

  afterAll(async () => {
    terminal.close();
    await rm(directory, { recursive: true });
  });

  shellTests((line) => proposed(terminal, line));

  it('goes on where the word is not at its end, and begins another where it is', async () => {
    expect(await lineAfter(terminal, 'dashkeep rest', '\t')).toBe('dashkeep restore ');
    expect(await lineAfter(terminal, 'dashkeep cat latest pla', '\t')).toBe('dashkeep cat latest playlist/');
    expect(await lineAfter(terminal, 'dashkeep backup --kinds=folder,pla', '\t')).toBe(
      'dashkeep backup --kinds=folder,playlist',
    );
  });
});
