// クライアント証明書の更新。ファイルが替わったら、これから始まる同意に新しい証明書を使う。
import { isSelfInfoError } from 'myna-selfinfo';
import { log, resultOf } from './parts.js';
import type { LoanClient } from './service.js';
import { readCertificate } from './settings.js';

const EVERY_MS = 60_000;

/** 1分ごとと、SIGHUP を受けたときに確かめる。ファイルの通知は、Kubernetes のボリュームでは届かないことがあるので使わない。 */
export function followCertificate(client: LoanClient): void {
  let current = JSON.stringify(readCertificate());
  async function look() {
    try {
      const tls = readCertificate();
      const found = JSON.stringify(tls);
      if (found === current) return;
      client.rotate(tls);
      current = found;
      // ポータルが新しい証明書を受け入れるかどうかを、次の利用者を待たずに確かめる。
      const { portal } = await client.check();
      log({ type: 'certificate', outcome: 'rotated', portal: resultOf(portal) });
    } catch (error) {
      // 証明書と鍵の片方だけが新しい、など。今までの証明書を使い続け、次にまた確かめる。
      const code = isSelfInfoError(error) ? error.code : 'unreadable';
      log({ type: 'certificate', outcome: 'kept', code });
    }
  }
  setInterval(look, EVERY_MS).unref();
  process.on('SIGHUP', look);
}
