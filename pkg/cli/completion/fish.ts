import type { Offer } from './offers.ts';
import { flagsWithValue, type Flag, type Tree } from './tree.ts';

/** A script for fish 3 and later. */
export function fishCompletion(tree: Tree): string {
  const { name, flags, commands } = tree;
  const first = `test -z (__${name}_command)`;
  const lines = [
    ...flags.map((flag) => rule(name, first, flagWords(flag))),
    ...commands.map((command) => rule(name, first, `-a ${command.name} -d ${quoted(command.summary)}`)),
    ...commands.flatMap((command) => [
      ...command.flags.map((flag) => rule(name, `test (__${name}_command) = ${command.name}`, flagWords(flag))),
      ...command.arguments.map(({ offer, summary }, at) =>
        rule(
          name,
          `test (__${name}_command)/(__${name}_position) = ${command.name}/${at}`,
          `${offered(offer)} -d ${quoted(summary)}`,
        ),
      ),
    ]),
  ];
  return `# Completion of ${name} for fish.
# The words before the cursor that are neither flags nor their values.
function __${name}_words
    set -l words (commandline -opc)[2..-1]
    set -l skip 0
    for word in $words
        if test $skip = 1
            set skip 0
        else if contains -- $word ${[...flagsWithValue(tree).keys()].join(' ')}
            set skip 1
        else if not string match -q -- '-*' $word
            echo -- $word
        end
    end
end

function __${name}_command
    set -l words (__${name}_words)
    echo -- "$words[1]"
end

function __${name}_position
    math (count (__${name}_words)) - 1
end

complete -c ${name} -f
${lines.join('\n')}
`;
}

function rule(name: string, condition: string, rest: string): string {
  return `complete -c ${name} -n ${quoted(condition)} ${rest}`;
}

function flagWords({ names, summary, value }: Flag): string {
  const given = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const takes = value === undefined ? [] : [value.offer.type === 'files' ? '-r' : '-x', offered(value.offer)];
  return [...given, ...takes, `-d ${quoted(summary)}`].filter((word) => word !== '').join(' ');
}

function offered(offer: Offer): string {
  switch (offer.type) {
    case 'nothing':
      return '';
    case 'files':
      return '-F';
    case 'list':
      return `-a '(__fish_append , ${offer.words.join(' ')})'`;
    default:
      return `-a '${offer.words.join(' ')}'`;
  }
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
