// キーボードの行を読む。受け取れる画面になるまで、打たれた行を順に貯めておく。
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

export interface KeyboardOptions {
  /** 打鍵を表示しない画面か。 */
  readonly isHidden: () => boolean;
  /** 行が打たれたか、入力が終わった。 */
  readonly onInput: () => void;
  /** Ctrl-C。 */
  readonly onInterrupt: () => void;
}

export function openKeyboard({ isHidden, onInput, onInterrupt }: KeyboardOptions) {
  const lines: string[] = [];
  let ended = false;
  const echo = new Writable({
    write(chunk, _, done) {
      if (!isHidden()) process.stdout.write(chunk);
      done();
    },
  });
  const input = createInterface({
    input: process.stdin,
    output: echo,
    terminal: process.stdin.isTTY === true,
  });
  input.on('line', (line) => {
    lines.push(line.normalize('NFKC').trim());
    onInput();
  });
  input.on('close', () => {
    ended = true;
    onInput();
  });
  function interrupt() {
    lines.length = 0;
    onInterrupt();
  }
  input.on('SIGINT', interrupt);
  process.on('SIGINT', interrupt);

  return {
    /** 次の行。なければ undefined。 */
    take: () => lines.shift(),
    /** これ以上の行は届かない。 */
    hasEnded: () => ended,
    close() {
      process.off('SIGINT', interrupt);
      input.close();
    },
  };
}
