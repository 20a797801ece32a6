import { defineCommand } from './frame/spec.js';

// Each script asks the program itself, so it fits the version that is installed.
const scripts: Readonly<Record<string, string>> = {
  bash: `# bash completion of myna-selfinfo
_myna_selfinfo() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      '') ;;
      :files) compopt -o default 2>/dev/null ;;
      :folders) compopt -o dirnames 2>/dev/null ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done <<< "$("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)"
}
complete -F _myna_selfinfo myna-selfinfo
`,
  zsh: `#compdef myna-selfinfo
# zsh completion of myna-selfinfo
_myna_selfinfo() {
  local line
  local -a candidates
  for line in "\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      '') ;;
      :files) _files ;;
      :folders) _files -/ ;;
      *) candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done
  if (( $#candidates )); then _describe -V 'myna-selfinfo' candidates; fi
}
if [ "$funcstack[1]" = '_myna_selfinfo' ]; then
  _myna_selfinfo
else
  compdef _myna_selfinfo myna-selfinfo
fi
`,
  fish: `# fish completion of myna-selfinfo
function __myna_selfinfo
  set -l words (commandline -opc) (commandline -ct)
  for line in ($words[1] __complete $words[2..-1] 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path (commandline -ct)
      case ':folders'
        __fish_complete_directories (commandline -ct)
      case '*'
        echo $line
    end
  end
end
complete -c myna-selfinfo -f -a '(__myna_selfinfo)'
`,
};

/** `myna-selfinfo completion`. */
export const completionCommand = defineCommand({
  about: {
    ja: `シェルの補完を有効にするスクリプトを表示します。コマンド、オプション、値、対象を補完します。
npx ではなく、myna-selfinfo という名前で実行できる場合に使えます（npm install --global など）。`,
    en: `Prints a script that turns on shell completion of commands, options, values and targets.
The shell must find the program as myna-selfinfo, for example after npm install --global. npx is not enough.`,
  },
  operands: [{ name: { ja: 'シェル', en: 'SHELL' }, count: 'one', choices: Object.keys(scripts) }],
  options: {},
  examples: [
    [`echo 'eval "$(myna-selfinfo completion bash)"' >> ~/.bashrc`, { ja: 'bash', en: 'bash' }],
    [
      `myna-selfinfo completion zsh > "\${fpath[1]}/_myna-selfinfo"`,
      { ja: 'zsh（compinit を使用している場合）', en: 'zsh, with compinit' },
    ],
    [
      'myna-selfinfo completion fish > ~/.config/fish/completions/myna-selfinfo.fish',
      { ja: 'fish', en: 'fish' },
    ],
  ],
  exits: {},
  page: 'cli.md',
  run: async ({ operands: [shell = ''] }) => scripts[shell] ?? '',
});
