/** `prewarm completion`: a script with which a shell completes commands, flags and their values. */
import { Argument, type Command } from 'commander';
import { completionScript, type Shell, SHELLS } from './completion-scripts.ts';
import { completionSpec } from './completion-spec.ts';
import { examples } from './examples.ts';
import type { CommandIo } from './io.ts';

export function addCompletion(program: Command, io: CommandIo): void {
  program
    .command('completion')
    .description('print the script that makes a shell complete commands, flags and their values')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText(
      'after',
      examples(
        'source <(prewarm completion bash)                 # in ~/.bashrc',
        'source <(prewarm completion zsh)                  # in ~/.zshrc, after compinit',
        'prewarm completion fish | source                  # in ~/.config/fish/config.fish',
        'prewarm completion powershell | Out-String | Invoke-Expression   # in $PROFILE',
      ),
    )
    .action((shell: Shell) => {
      io.stdout.write(completionScript(shell, completionSpec(program)));
    });
}
