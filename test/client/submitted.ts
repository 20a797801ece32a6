import { latest, type Progress } from '../../src/index.js';
import { type BankOptions, type Loan, openBank } from '../kit/loan.js';

/** Inquiries for one item. */
export const asked = { income: latest() };

/** Counts the polls among the called paths. */
export const polls = (calls: readonly string[]) =>
  calls.filter((path) => path === '/result').length;

/** Opens a bank with a submitted retrieval, and the progress that its `onProgress` receives. */
export async function submitted(options: BankOptions<Loan> = {}) {
  const bank = openBank(options);
  const retrieval = await bank.client.submit(await bank.consent(), asked);
  const told: Progress[] = [];
  const onProgress = (progress: Progress) => {
    told.push(progress);
    bank.clock.set(progress.retryAt);
  };
  return { ...bank, retrieval, told, onProgress };
}
