// クライアント証明書の更新。ファイルが変わったら、その後に始まる同意では新しい証明書を使う。
import { isSelfInfoError } from 'myna-selfinfo';
import { log, resultOf } from './parts.js';
import type { LoanClient } from './service.js';
import { readCertificate } from './settings.js';

const EVERY_MS = 60_000;

/** 1分ごとと SIGHUP の受信時に確かめる。ファイルの変更通知は、Kubernetes のボリュームでは届かないことがあるため使わない。 */
export function followCertificate(client: LoanClient): void {
  let current = JSON.stringify(readCertificate());
  async function look() {
    try {
      const tls = readCertificate();
      const found = JSON.stringify(tls);
      if (found === current) return;
      client.rotate(tls);
      current = found;
      // 新しい証明書をマイナポータルが受け付けるかを、次の利用者を待たずに確かめる。
      const { portal } = await client.check();
      log({ type: 'certificate', outcome: 'rotated', portal: resultOf(portal) });
    } catch (error) {
      // 証明書と鍵の一方だけが新しい場合など。これまでの証明書を使い続け、次回また確かめる。
      const code = isSelfInfoError(error) ? error.code : 'unreadable';
      log({ type: 'certificate', outcome: 'kept', code });
    }
  }
  setInterval(look, EVERY_MS).unref();
  process.on('SIGHUP', look);
}
