/** Completion scripts, complete in themselves: a key press starts no process, and nothing has to be installed besides. */
import type { CommandSpec, OptionSpec, ProgramSpec, ValueSpec } from './completion-spec.ts';

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

export function completionScript(shell: Shell, program: ProgramSpec): string {
  return { bash, zsh, fish, powershell }[shell](program);
}

const single = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const longs = (options: readonly OptionSpec[]) => options.map(({ long }) => long).join(' ');

function bash({ name, commands, options }: ProgramSpec): string {
  const values = (value: ValueSpec) =>
    value.isFile ? `_${name}_files` : `_${name}_words ${single(value.words.join(' '))}`;
  const cases = commands.flatMap((command) =>
    command.options.flatMap(({ long, value }) =>
      value ? [`    ${single(`${command.name} ${long}`)}) ${values(value)}; return ;;`] : [],
    ),
  );
  const rest = commands.map((command) => {
    const argument = command.argument ? `    if [[ $cur != -* ]]; then ${values(command.argument)}; return; fi\n` : '';
    return `    ${command.name})\n${argument}    _${name}_words ${single(longs(command.options))} ;;`;
  });
  const names = commands.map((command) => command.name);
  return `# Completion of ${name} for bash. Load it with: source <(${name} completion bash)
_${name}_words() {
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$1" -- "$cur")
}
_${name}_files() {
  local word
  compopt -o filenames 2>/dev/null
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
}
_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command='' i
  COMPREPLY=()
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in ${names.join('|')}) command=\${COMP_WORDS[i]}; break ;; esac
  done
  case "$command $prev" in
${cases.join('\n')}
  esac
  case $command in
    '') _${name}_words ${single([...names, longs(options)].join(' '))} ;;
${rest.join('\n')}
  esac
}
complete -F _${name} ${name}
`;
}

function zsh({ name, commands, options }: ProgramSpec): string {
  const described = (text: string) => text.replace(/[[\]:\\]/g, (sign) => `\\${sign}`);
  const action = (value: ValueSpec) =>
    value.isFile ? ':file:_files' : value.words.length > 0 ? `:value:(${value.words.join(' ')})` : ':value: ';
  const option = ({ long, description, value }: OptionSpec) =>
    single(`${long}${value ? '=' : ''}[${described(description)}]${value ? action(value) : ''}`);
  const branch = (command: CommandSpec) =>
    `        ${command.name}) _arguments -s ${[
      ...command.options.map(option),
      ...(command.argument ? [single(`*${action(command.argument)}`)] : []),
    ].join(' \\\n          ')} ;;`;
  return `#compdef ${name}
# Completion of ${name} for zsh. Load it with: source <(${name} completion zsh)
_${name}() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C ${options.map(option).join(' ')} '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a commands
      commands=(
${commands.map((command) => `        ${single(`${command.name}:${command.description}`)}`).join('\n')}
      )
      _describe command commands ;;
    argument)
      case $words[1] in
${commands.map(branch).join('\n')}
      esac ;;
  esac
}
if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function fish({ name, commands, options }: ProgramSpec): string {
  const quoted = (text: string) => `'${text.replace(/['\\]/g, (sign) => `\\${sign}`)}'`;
  const values = (value: ValueSpec | null) => {
    if (!value) return '';
    return value.isFile ? ' -r -F' : value.words.length > 0 ? ` -x -a ${quoted(value.words.join(' '))}` : ' -x';
  };
  const option = (condition: string) => (spec: OptionSpec) =>
    `complete -c ${name} -n ${quoted(condition)} -l ${spec.long.slice(2)}${values(spec.value)} -d ${quoted(spec.description)}`;
  const first = '__fish_use_subcommand';
  return [
    `# Completion of ${name} for fish. Load it with: ${name} completion fish | source`,
    `complete -c ${name} -f`,
    ...options.map(option(first)),
    ...commands.map(
      (command) => `complete -c ${name} -n ${first} -a ${command.name} -d ${quoted(command.description)}`,
    ),
    ...commands.flatMap((command) => {
      const seen = `__fish_seen_subcommand_from ${command.name}`;
      const { argument } = command;
      const own = argument
        ? [`complete -c ${name} -n ${quoted(seen)}${argument.isFile ? ' -F' : values(argument).replace('-x ', '')}`]
        : [];
      return [...own, ...command.options.map(option(seen))];
    }),
    '',
  ].join('\n');
}

function powershell({ name, commands, options }: ProgramSpec): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const list = (words: readonly string[]) => `@(${words.map(quoted).join(', ')})`;
  const valued = (command: CommandSpec) =>
    command.options.flatMap(({ long, value }) => (value ? [`${quoted(long)} = ${list(value.words)}`] : [])).join('; ');
  const entries = commands.map(
    (command) =>
      `    ${quoted(command.name)} = @{ Options = ${list(command.options.map(({ long }) => long))}; Words = ${list(command.argument?.words ?? [])}; Values = @{ ${valued(command)} } }`,
  );
  return `# Completion of ${name} for PowerShell. Load it with: ${name} completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName ${name} -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $commands = @{
${entries.join('\n')}
  }
  $before = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { "$_" })
  $command = $before | Select-Object -Skip 1 | Where-Object { $commands.ContainsKey($_) } | Select-Object -First 1
  if (-not $command) { $words = @($commands.Keys | Sort-Object) + ${list(options.map(({ long }) => long))} }
  elseif ($commands[$command].Values.ContainsKey($before[-1])) { $words = $commands[$command].Values[$before[-1]] }
  else { $words = $commands[$command].Words + $commands[$command].Options }
  $words | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}
