import type { Offer } from './offers.ts';
import { flagsWithValue, type Flag, type Tree } from './tree.ts';

/** A script for bash 4 and later. What it defines begins with the program's name. */
export function bashCompletion(tree: Tree): string {
  const { name, flags, commands } = tree;
  const taking = [...flagsWithValue(tree)];
  const values = taking.filter(([, { offer }]) => offer.type !== 'nothing');
  const positions = commands.flatMap((command) =>
    command.arguments.map(({ offer }, at) => arm(`'${command.name} ${at}'`, offered(name, offer))),
  );
  return `# Completion of ${name} for bash 4 and later.
_${name}_offer() {
  local IFS=$' \\t\\n' before=''
  case $1 in
    files) compopt -o default; return ;;
    list) compopt -o nospace; [[ $word == *,* ]] && before=\${word%,*}, ;;
    beginnings) compopt -o nospace ;;
  esac
  COMPREPLY=($(compgen -P "$before" -W "$2" -- "\${word#"$before"}"))
}

_${name}() {
  local word=\${COMP_WORDS[COMP_CWORD]} flag=\${COMP_WORDS[COMP_CWORD - 1]} command='' position=0 index
  COMPREPLY=()
  # bash treats "=" as a separate word.
  [[ $flag == '=' ]] && flag=\${COMP_WORDS[COMP_CWORD - 2]}
  [[ $word == '=' ]] && word=''
  for ((index = 1; index < COMP_CWORD; index++)); do
    case \${COMP_WORDS[index]} in
      ${taking.map(([flag]) => flag).join(' | ')})
        ((index++))
        [[ \${COMP_WORDS[index]} == '=' ]] && ((index++))
        ;;
      -*) ;;
      *) if [[ -z $command ]]; then command=\${COMP_WORDS[index]}; else ((position++)); fi ;;
    esac
  done
  case $flag in
${values.map(([flag, { offer }]) => arm(flag, `${offered(name, offer)}; return`)).join('\n')}
    ${taking.map(([flag]) => flag).join(' | ')}) return ;;
  esac
  if [[ $word == -* ]]; then
    case $command in
${[{ name: "''", flags }, ...commands].map((one) => arm(one.name, words(name, namesOf(one.flags)))).join('\n')}
    esac
    return
  fi
  case "$command $position" in
${[
  arm(
    "' 0'",
    words(
      name,
      commands.map((command) => command.name),
    ),
  ),
  ...positions,
].join('\n')}
  esac
}

complete -F _${name} ${name}
`;
}

function namesOf(flags: Flag[]): string[] {
  return flags.flatMap(({ names }) => names);
}

function arm(pattern: string, action: string): string {
  return `    ${pattern}) ${action} ;;`;
}

function words(name: string, all: readonly string[]): string {
  return offered(name, { type: 'words', words: all });
}

function offered(name: string, offer: Offer): string {
  switch (offer.type) {
    case 'nothing':
      return ':';
    case 'files':
      return `_${name}_offer files`;
    default:
      return `_${name}_offer ${offer.type} '${offer.words.join(' ')}'`;
  }
}
