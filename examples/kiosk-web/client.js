// 画面を描き直し、操作を送る。暗証番号は送るまでの変数だけにあり、画面にも記憶域にも残さない。
// 音: kiosk-cue イベントの detail（press、attention、card-in、card-out、error、done）に応じて鳴らす。
const screen = document.querySelector('#screen');
let digits = '';
let shown = '';
let asked = 0;
let ticking;

const events = new EventSource('/events');
events.addEventListener('changed', draw);
events.addEventListener('extended', stopCountdown);
events.addEventListener('cue', ({ data }) => cue(data));
events.addEventListener('countdown', ({ data }) => startCountdown(Number(data)));

async function draw() {
  const turn = ++asked;
  const response = await fetch('/screen');
  const html = await response.text();
  if (turn !== asked) return;
  stopCountdown();
  digits = '';
  screen.innerHTML = html;
  const { at, title, contrast } = screen.firstElementChild.dataset;
  document.documentElement.lang = screen.firstElementChild.lang;
  document.documentElement.classList.toggle('contrast', contrast === 'true');
  document.title = title;
  // 新しい画面は表題から読み上げる。
  if (at !== shown) screen.querySelector('h1').focus();
  shown = at;
}

document.addEventListener('click', ({ target }) => {
  const button = target.closest('button');
  if (button === null || button.disabled) return;
  const { act, set, simulate, digit, value } = button.dataset;
  if (simulate !== undefined) return void simulated(simulate);
  cue('press');
  if (digit !== undefined) return press(digit);
  if (set !== undefined) return void post('/set', `${set}\n${value ?? ''}`);
  post('/act', `${act}\n${value}`);
});

function press(digit) {
  if (digit === 'confirm') {
    const pin = digits;
    digits = '';
    return void post('/pin', pin);
  }
  if (digit === 'clear') digits = '';
  else if (digits.length < 4) digits += digit;
  const dots = screen.querySelectorAll('.dot');
  for (const [at, dot] of [...dots].entries()) dot.classList.toggle('filled', at < digits.length);
  const entered = screen.querySelector('#entered');
  entered.textContent = entered.dataset.texts.split('|')[digits.length];
  screen.querySelector('[data-digit=confirm]').disabled = digits.length < 4;
}

async function simulated(happening) {
  const { ok } = await post('/simulate', happening);
  document.querySelector('#simulated').textContent = ok ? '' : 'いまは、この操作はできません。';
}

const post = (path, body) =>
  fetch(path, { method: 'POST', headers: { 'content-type': 'text/plain' }, body });

function cue(detail) {
  document.dispatchEvent(new CustomEvent('kiosk-cue', { detail }));
}

function startCountdown(remainingMs) {
  const dialog = screen.querySelector('dialog');
  if (dialog === null) return;
  const end = performance.now() + remainingMs;
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    screen.querySelector('#seconds').textContent = String(seconds);
  };
  stopCountdown();
  tick();
  ticking = setInterval(tick, 250);
  dialog.showModal();
  dialog.querySelector('.primary').focus();
  // Esc は延長と同じ。
  dialog.addEventListener('cancel', () => post('/act', 'extend\n'), { once: true });
}

function stopCountdown() {
  clearInterval(ticking);
  screen.querySelector('dialog')?.close();
}
