import type { Offer } from './offers.ts';
import type { Flag, Subcommand, Tree, Value } from './tree.ts';

/** A script for zsh: to be sourced, or to be put as `_dashkeep` into a folder of `$fpath`. */
export function zshCompletion({ name, flags, commands }: Tree): string {
  return `#compdef ${name}
# Completion of ${name} for zsh.
_${name}() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  _arguments -C ${flags.flatMap(specsOf).join(' ')} ':command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a commands=(
${commands.map((command) => `        ${quoted(`${colons(command.name)}:${command.summary}`)}`).join('\n')}
      )
      _describe -t commands command commands
      ;;
    argument)
      case $words[1] in
${commands.map(commandArm).join('\n')}
      esac
      ;;
  esac
}

# Loaded by zsh as the function itself, or sourced.
if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`;
}

function commandArm({ name, flags, arguments: values }: Subcommand): string {
  const specs = [...flags.flatMap(specsOf), ...values.map((value) => quoted(valueSpec(value)))];
  return `        ${name})\n          _arguments \\\n            ${specs.join(' \\\n            ')}\n          ;;`;
}

/** One for each name; a flag that was given is no longer offered, under its other name neither. */
function specsOf({ names, summary, value, again }: Flag): string[] {
  return names.map((name) => {
    const rule = again ? '*' : names.length > 1 ? `(${names.join(' ')})` : '';
    const takes = value === undefined ? '' : `${valueSpec(value)}`;
    return quoted(`${rule}${name}${value === undefined ? '' : '='}[${brackets(summary)}]${takes}`);
  });
}

function valueSpec({ summary, offer }: Value): string {
  return `:${colons(summary)}:${actionOf(offer)}`;
}

function actionOf(offer: Offer): string {
  switch (offer.type) {
    case 'nothing':
      return ' ';
    case 'files':
      return '_files';
    case 'words':
      return `(${offer.words.join(' ')})`;
    case 'list':
      return `{_values -s , value ${offer.words.join(' ')}}`;
    case 'beginnings':
      return `{compadd -S "" -- ${offer.words.join(' ')}}`;
  }
}

function colons(text: string): string {
  return text.replace(/[\\:]/g, '\\$&');
}

function brackets(text: string): string {
  return text.replace(/[\\[\]]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
