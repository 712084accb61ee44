import { Argument } from 'commander';
import type { Register } from '../command.ts';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { treeOf, type Tree } from '../completion/tree.ts';
import { zshCompletion } from '../completion/zsh.ts';

const SCRIPTS: Readonly<Record<string, (tree: Tree) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** Registers `dashkeep completion`. */
export const registerCompletion: Register = (program, run) => {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'name of the shell').choices(Object.keys(SCRIPTS)))
    .description('print a completion script for a shell')
    .addHelpText(
      'after',
      `
For this session:
  source <(dashkeep completion bash)         for zsh, replace bash with zsh
  dashkeep completion fish | source
For every session (the directory must exist):
  dashkeep completion bash > ~/.local/share/bash-completion/completions/dashkeep
  dashkeep completion zsh > ~/.zfunc/_dashkeep      if ~/.zfunc is in $fpath
  dashkeep completion fish > ~/.config/fish/completions/dashkeep.fish`,
    )
    .action(
      run(async ({ stdout }, shell: string) => {
        stdout.write(SCRIPTS[shell]?.(treeOf(program)) ?? '');
        return 0;
      }),
    );
};
