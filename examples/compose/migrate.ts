// 保管庫の表を作る。新しい版を動かす前に、1回動かす。同時に動いてもよい。
import { migrate } from 'myna-selfinfo/pg';
import { openPool } from './parts.js';

const pool = openPool();
await migrate(pool);
await pool.end();
