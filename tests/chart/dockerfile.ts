export interface Instruction {
  name: string;
  /** Everything after the name, with flags and continued lines. */
  text: string;
}

export interface Stage {
  name: string;
  base: string;
  instructions: Instruction[];
}

export interface Copy {
  /** Stage that it copies from; undefined: the build context. */
  from?: string;
  mode?: number;
  owner?: string;
  sources: string[];
  target: string;
}

/** Stages of a Dockerfile, with the defaults of its global ARGs put in. */
export function stagesOf(dockerfile: string): Stage[] {
  const args = new Map<string, string>();
  const stages: Stage[] = [];
  for (const { name, text } of instructionsOf(dockerfile)) {
    if (name === 'FROM') {
      const [, base = '', stage = ''] = /^(?:--platform=\S+ )?(\S+) AS (\S+)$/.exec(text) ?? [];
      stages.push({
        name: stage,
        base: base.replace(/\$\{(\w+)\}/g, (_, key) => args.get(key) ?? ''),
        instructions: [],
      });
    } else if (stages.length === 0) {
      const [key = '', value = ''] = text.split('=');
      args.set(key, value);
    } else {
      stages.at(-1)?.instructions.push({ name, text });
    }
  }
  return stages;
}

function instructionsOf(dockerfile: string): Instruction[] {
  return dockerfile
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', text = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
      return { name, text };
    });
}

export function copiesOf(stage: Stage): Copy[] {
  return stage.instructions
    .filter(({ name }) => name === 'COPY')
    .map(({ text }) => {
      const words = text.split(' ');
      const flag = (name: string): string | undefined =>
        words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
      const paths = words.filter((word) => !word.startsWith('--'));
      const mode = flag('chmod');
      return {
        from: flag('from'),
        owner: flag('chown'),
        mode: mode === undefined ? undefined : Number.parseInt(mode, 8),
        sources: paths.slice(0, -1),
        target: paths.at(-1) ?? '',
      };
    });
}

/** The last instruction of that name, without which the test makes no sense. */
export function last(stage: Stage, name: string): string {
  const text = stage.instructions.findLast((instruction) => instruction.name === name)?.text;
  if (text === undefined) {
    throw new Error(`stage ${stage.name} has no ${name}`);
  }
  return text;
}
