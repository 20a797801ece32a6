import { language, texts } from '../lib/texts';

export default async function NotFound() {
  return <p>{texts[await language()].missing}</p>;
}
