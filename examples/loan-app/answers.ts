// 取得した情報の置き場所。この例では、このプロセスのメモリにだけ置く。置き場所を変えるときに直すのはこのファイルだけ。
import type { LoanAnswer } from './service.js';

export interface Answers {
  put(owner: string, answer: LoanAnswer): Promise<void>;
  get(owner: string): Promise<LoanAnswer | undefined>;
  erase(owner: string): Promise<void>;
}

export function createAnswers(now: () => number): Answers {
  const answers = new Map<string, LoanAnswer>();
  const isOver = ({ terms }: LoanAnswer) => now() >= Date.parse(terms.keepUntil);
  return {
    async put(owner, answer) {
      // 期間を過ぎたものは、誰も見に来なくても消す（ガイドライン4.2）。
      for (const [key, kept] of answers) if (isOver(kept)) answers.delete(key);
      answers.set(owner, answer);
    },
    async get(owner) {
      const answer = answers.get(owner);
      if (answer === undefined || !isOver(answer)) return answer;
      answers.delete(owner);
      return undefined;
    },
    async erase(owner) {
      answers.delete(owner);
    },
  };
}
