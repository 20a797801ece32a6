// ワーカーのプロセス。照会票を受け取り、回答を保管庫に入れる。
import { once } from 'node:events';
import { open, type Settings } from './setup.js';

const [settings] = (await once(process, 'message')) as [Settings];
const { queue, close } = await open(settings);
// 落ちたワーカーの照会を早く引き継ぐよう、この例では短くする（既定は30秒）。
await queue.startWorker({ lockMs: 500 });
process.once('SIGTERM', () => close().then(() => process.disconnect()));
