import { explain } from 'myna-selfinfo';
import { selfinfo } from '../lib/selfinfo';
import { language, texts } from '../lib/texts';

export default async function Page() {
  const lang = await language();
  // カードをかざす前に案内する（注※３）。手続きを始めさせるかどうかは事業者が決める。
  const availability = selfinfo().availability();
  return (
    <>
      <h1>{texts[lang].title}</h1>
      {availability.state === 'closed' ? (
        <p>{explain(availability, lang)}</p>
      ) : (
        // <Link> は使わない: プリフェッチされ、スクリプトで遷移する。
        <form method="post" action="/start">
          <button type="submit">{texts[lang].start}</button>
        </form>
      )}
    </>
  );
}
