// codecs/several-processes.ts の相手となるポータル。項目ごとに処理を分ける。
import type { SandboxCodec } from 'myna-selfinfo/sandbox';
import { publicRequest } from './public-request.js';

/** @param failing - 処理そのものが失敗する項目コード */
export function severalProcessesPortal(failing?: string): SandboxCodec {
  const codesOf = new Map<string, readonly string[]>();
  return async (request, next) => {
    const { pathname } = new URL(request.url);
    const body = JSON.parse(await request.text());
    if (pathname === '/request') {
      const response = await next(publicRequest(request, pathname, body));
      if (!response.ok) return response;
      const { process_id } = JSON.parse(await response.text());
      const codes: string[] = body.inquiry_items.map(
        (item: { item_code: string }) => item.item_code,
      );
      codesOf.set(process_id, codes);
      const processes = codes.map((code, at) => ({
        id: `${process_id}.${at}`,
        item_codes: [code],
      }));
      return Response.json({ processes });
    }
    // 処理ID: 元の処理IDと、項目の番号
    const [, id = '', at = ''] = /^(.+)\.(\d+)$/.exec(body.process_id) ?? [];
    const code = codesOf.get(id)?.[Number(at)];
    const response = await next(publicRequest(request, pathname, { process_id: id }));
    const result = JSON.parse(await response.text());
    if (!response.ok) return Response.json(result, response);
    if (code === failing) result.process_status = 'FUNCTION_ERROR';
    const items = (result.selfPersonalData ?? []) as { item_code: string }[];
    return Response.json({
      ...result,
      process_id: body.process_id,
      selfPersonalData: items.filter((item) => item.item_code === code),
    });
  };
}
