// 保管庫の表を作る。新しい版を起動する前に、1回実行する。同時に実行してもよい。
import { migrate } from 'myna-selfinfo/pg';
import { openPool } from './parts.js';

const pool = openPool();
await migrate(pool);
await pool.end();
