// ワーカーのプロセスを起動し、落ちたら次を起動する。
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Settings } from './setup.js';

/** ワーカーを起動する。落ちたら次を起動する（本番ではコンテナ基盤や systemd の仕事）。 */
export function startWorkers(count: number, settings: Settings) {
  const workers = new Set<ChildProcess>();
  let stopped = false;
  function startOne() {
    const script = fileURLToPath(new URL('./worker.ts', import.meta.url));
    const worker = fork(script, { execArgv: process.execArgv });
    worker.send(settings);
    workers.add(worker);
    worker.once('exit', () => {
      workers.delete(worker);
      if (!stopped) startOne();
    });
  }
  for (let left = count; left > 0; left--) startOne();
  return {
    /** 無作為に1つ、kill -9 する。 */
    killOne() {
      [...workers][Math.floor(Math.random() * workers.size)]?.kill('SIGKILL');
    },
    async stop() {
      stopped = true;
      const exits = [...workers].map((worker) => once(worker, 'exit'));
      for (const worker of workers) worker.kill('SIGTERM');
      await Promise.all(exits);
    },
  };
}
