import type { Argument, Command, Option } from 'commander';
import { offerFor, type Offer } from './offers.ts';

/** A value that the command line takes: an argument, or what follows a flag. */
export interface Value {
  name: string;
  summary: string;
  offer: Offer;
}

export interface Flag {
  /** Such as `-h` and `--help`. */
  names: string[];
  summary: string;
  value: Value | undefined;
  /** Whether it may be given again. */
  again: boolean;
}

export interface Subcommand {
  name: string;
  summary: string;
  flags: Flag[];
  arguments: Value[];
}

/** The command line as a shell completes it. */
export interface Tree {
  name: string;
  flags: Flag[];
  commands: Subcommand[];
}

/** What the commands say of themselves; what help hides is left out. */
export function treeOf(program: Command): Tree {
  const help = program.createHelp();
  const names = help.visibleCommands(program).map((command) => command.name());
  const ofCommand = (command: Command): Subcommand => ({
    name: command.name(),
    summary: command.description(),
    flags: help.visibleOptions(command).map(flagOf),
    arguments: command.registeredArguments.map((argument) => argumentOf(argument, names)),
  });
  return {
    name: program.name(),
    flags: help.visibleOptions(program).map(flagOf),
    commands: help.visibleCommands(program).map(ofCommand),
  };
}

/** Flags that take a value, by each of their names: a name means the same in every command. */
export function flagsWithValue({ flags, commands }: Tree): Map<string, Value> {
  const found = new Map<string, Value>();
  for (const { names, value } of [...flags, ...commands.flatMap((command) => command.flags)]) {
    for (const name of value === undefined ? [] : names) {
      found.set(name, value as Value);
    }
  }
  return found;
}

function flagOf(option: Option): Flag {
  const { short, long, flags, description, argChoices } = option;
  const [, name] = /[<[]([^>\]]+?)(?:\.\.\.)?[>\]]/.exec(flags) ?? [];
  return {
    names: [short, long].filter((one) => one !== undefined && one !== null),
    summary: description,
    value: name === undefined ? undefined : { name, summary: name, offer: offerFor(long ?? '', name, argChoices) },
    // What collects its values takes several.
    again: option.parseArg !== undefined,
  };
}

function argumentOf(argument: Argument, commands: string[]): Value {
  const name = argument.name();
  const choices = name === 'command' ? commands : argument.argChoices;
  return { name, summary: argument.description || name, offer: offerFor('', name, choices) };
}
