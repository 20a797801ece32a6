// The sentence about the last minute appears without a script, after the minutes that the page has.
const SOON = Array.from(
  { length: 9 },
  (_, left) => `.soon[data-minutes="${left + 2}"]{animation-delay:${(left + 1) * 60}s}`,
).join('');

/**
 * The style of the pages: one font family, no picture, light or dark as on the citizen's device.
 * Text has a contrast of 7:1.
 */
export const style = `
:root{color-scheme:light dark;--paper:#f6f5f1;--sheet:#fff;--ink:#1e2326;--soft:#474f54;--line:#d5d3cb;--edge:#70777b;--accent:#17594a;--accent-ink:#fff;--tint:#e9f1ee;--note:#fbf2dc;--note-ink:#5a3d00;--bad:#9c1616;--bad-tint:#fdefed}
@media (prefers-color-scheme:dark){:root{--paper:#15191b;--sheet:#1d2225;--ink:#ecefee;--soft:#b9c1c2;--line:#384044;--edge:#8d9699;--accent:#8fd3bf;--accent-ink:#0d211b;--tint:#203430;--note:#352c17;--note-ink:#f3dfae;--bad:#ffb1a8;--bad-tint:#3a2220}}
*,::before,::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.75 "Hiragino Sans","Hiragino Kaku Gothic ProN","Noto Sans JP","Noto Sans CJK JP","BIZ UDPGothic","Yu Gothic UI",Meiryo,system-ui,sans-serif;overflow-wrap:anywhere;line-break:strict}
:lang(ja) :is(h1,h2,p,label){word-break:auto-phrase}
h1,h2{text-wrap:balance}
h1,h2,h3,h4,p,ul,ol,dl,dd,fieldset{margin:0;padding:0}
ul,ol{list-style-type:""}
header>*,main,footer{padding-inline:1rem}
header>*>*,footer>*{max-width:42rem;margin-inline:auto}
.sandbox{background:var(--note);color:var(--note-ink);font-size:.875rem;line-height:1.6;padding-block:.5rem;text-align:center}
.sandbox strong{display:inline-block;border:1px solid;border-radius:.25rem;padding:0 .5rem;margin-inline-end:.5rem}
header>div{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:.5rem;max-width:44rem;margin-inline:auto;padding-block:.75rem}
header>div>*{margin:0}
.portal{font-weight:600}
.language button{margin-inline-end:-.75rem;min-height:2.75rem;padding:.25rem .75rem;border-color:transparent;background:none;font-weight:400;text-decoration:underline;text-underline-offset:.25em}
main{max-width:44rem;margin:0 auto;background:var(--sheet);border-block:1px solid var(--line);padding-block:1.5rem 2.5rem}
footer{padding-block:1.5rem 2.5rem;color:var(--soft);font-size:.875rem}
h1{font-size:1.5rem;line-height:1.45;font-weight:700;margin-bottom:1rem}
h2{font-size:1.125rem;line-height:1.5;font-weight:700;margin:2.25rem 0 .75rem}
h3{font-size:.875rem;line-height:2;font-weight:400;color:var(--soft)}
h4{font-size:1rem;font-weight:700}
:is(h3,h4)::first-letter{text-transform:uppercase}
.steps{display:flex;gap:.5rem;counter-reset:step;margin-bottom:1.75rem;font-size:.875rem;line-height:1.5;color:var(--soft)}
.steps li{flex:1;counter-increment:step;border-top:3px solid var(--line);padding-top:.5rem}
.steps li::before{content:counter(step) ". ";content:counter(step) ". " / ""}
.steps .done{border-color:var(--accent)}
.steps [aria-current]{border-color:var(--accent);color:var(--ink);font-weight:700}
dl>div{display:grid;gap:0 1.5rem;padding:.5rem 0}
dt{color:var(--soft);font-size:.875rem;line-height:2}
a{color:var(--accent);text-underline-offset:.25em}
section>dl,.facts{border-block:1px solid var(--line)}
section>dl>div+div,.facts>div+div{border-top:1px solid var(--line)}
.category{display:grid;gap:.25rem 1.5rem;border-top:1px solid var(--line);padding:.875rem 0}
.category:last-of-type{border-bottom:1px solid var(--line)}
.category li+li{margin-top:1rem}
.category dl>div{padding:.25rem 0}
.category dt,.category dd{font-size:.9375rem;line-height:1.75}
.missing{color:var(--soft);font-style:normal}
.limit{border-inline-start:.25rem solid var(--accent);padding-inline-start:.75rem;font-size:.9375rem;margin-bottom:1.25rem}
.soon{visibility:hidden;height:0;overflow:hidden;font-weight:700;animation:soon 0s forwards}
@keyframes soon{to{visibility:visible;height:auto;overflow:visible;margin-bottom:1.25rem}}
${SOON}
.notice,.summary{border:1px solid transparent;background:var(--note);color:var(--note-ink);border-radius:.375rem;padding:.5rem .75rem;margin-top:.5rem;font-size:.9375rem}
.summary{background:var(--tint);color:inherit;padding:.75rem 1rem;margin:0 0 1.5rem}
.facts{margin-block:1.25rem}
.notice:has(ul){margin-bottom:1rem}
.notice p{margin-top:.5rem}
.notice li+li,.facts li+li{margin-top:.5rem}
form{margin-top:2rem}
.hint{color:var(--soft);font-size:.9375rem;margin:.5rem 0}
.problem{border:2px solid;border-inline-start-width:.5rem;border-radius:.375rem;color:var(--bad);background:var(--bad-tint);padding:.625rem .875rem;margin:.75rem 0;font-weight:600}
.problem:has(h2){margin-bottom:1.75rem}
.problem h2{margin:0;font-size:1rem}
.problem p{font-weight:400}
.error{color:var(--bad);font-weight:600;margin-top:.5rem}
.problem small{font-weight:400;font-size:.875rem;color:var(--soft);white-space:nowrap}
code{font:inherit;font-weight:400;font-size:.875rem;color:var(--soft)}
.agree,.card{display:flex;gap:.75rem;align-items:flex-start;border:1px solid var(--edge);border-radius:.5rem;padding:.875rem 1rem;cursor:pointer}
.agree{font-weight:600}
.agree input,.card input{flex:none;width:1.375rem;height:1.375rem;margin:.1875rem 0 0;accent-color:var(--accent)}
.agree:has(:checked),.card:has(:checked){border-color:var(--accent);background:var(--tint);box-shadow:inset 0 0 0 1px var(--accent)}
[aria-invalid]{outline:2px solid var(--bad);outline-offset:2px}
fieldset{border:0;min-width:0}
fieldset+fieldset{margin-top:2rem}
.ways{border:1px solid var(--edge);border-radius:.5rem;margin-top:.75rem}
.way{display:grid;grid-template-columns:auto minmax(0,1fr);padding-inline-start:1rem}
.way+.way{border-top:1px solid var(--line)}
.way input{width:1.375rem;height:1.375rem;margin:.875rem .75rem 0 0;accent-color:var(--accent)}
.way label{padding:.625rem 1rem .625rem 0;cursor:pointer}
.way label span{display:block;color:var(--soft);font-size:.875rem;line-height:1.5}
.steps-of{grid-column:2;display:flex;flex-wrap:wrap;gap:.75rem 1.5rem;padding:0 1rem 1rem 0;font-size:.9375rem}
.way input:not(:checked)~.steps-of{display:none}
.steps-of ol{list-style:decimal;padding-inline-start:1.5em;flex:1 1 12rem;min-width:0}
.qr{width:8.5rem;max-width:100%;aspect-ratio:1;flex:none;border:1px solid var(--line)}
legend,.pin label{display:block;font-size:1.125rem;font-weight:700;line-height:1.5;padding:0}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,16rem),1fr));gap:.5rem;margin-top:.75rem}
.card{padding:.5rem 1rem}
.card input{margin-top:.25rem}
.card span>*{display:block}
.card span>span{color:var(--soft);font-size:.875rem;line-height:1.5}
.names span{display:inline-block}
summary{min-height:2.75rem;padding:.5rem 0;cursor:pointer;margin-top:.5rem}
.pin{margin-top:2rem}
#pin{font:inherit;font-size:1.5rem;letter-spacing:.5em;width:9rem;max-width:100%;min-height:3.25rem;padding:.25rem .5rem .25rem 1rem;border:1px solid var(--edge);border-radius:.5rem;background:var(--sheet);color:inherit}
.buttons{display:flex;flex-direction:column;gap:.75rem;margin-top:1.5rem}
button{font:inherit;font-weight:600;min-height:3rem;padding:.5rem 1.5rem;border:1px solid var(--edge);border-radius:.5rem;background:var(--sheet);color:var(--ink);cursor:pointer}
.buttons>button:first-child{background:var(--accent);border-color:var(--accent);color:var(--accent-ink)}
.trial{border-top:1px dashed var(--edge);margin-top:2.5rem}
.trial p{margin-top:1.5rem}
.trial h2+p{margin-top:0}
.trial .buttons{margin-top:.75rem}
.trial .buttons>button:first-child{background:none;border-color:var(--edge);color:var(--ink)}
.first{position:absolute;width:1px;height:1px;min-height:0;padding:0;overflow:hidden;clip-path:inset(50%)}
.problem a{color:inherit;display:inline-block}
.choice{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin-bottom:1rem}
.choice legend,.record legend{font-size:1rem}
:is(.choice,.record)>label{display:flex;gap:.5rem;align-items:center;min-height:2.75rem;cursor:pointer}
:is(.choice,.record)>label input{flex:none;width:1.375rem;height:1.375rem;margin:0;accent-color:var(--accent)}
.record{border:1px solid var(--edge);border-radius:.5rem;padding:.25rem 1rem 1rem;margin-top:1rem}
.record legend{padding-inline:.375rem}
.field{display:grid;grid-template-columns:1fr 7rem;gap:.25rem .5rem;margin-top:.75rem}
.field :is(label,.whole,.problem){grid-column:1/-1}
.field .problem{margin:0}
.field label{font-size:.9375rem;line-height:1.5}
.record :is(select,textarea),.field input{font:inherit;width:100%;min-width:0;min-height:2.75rem;padding:.25rem .625rem;border:1px solid var(--edge);border-radius:.375rem;background:var(--sheet);color:inherit}
.add{margin-top:1rem}
button:hover{text-decoration:underline;text-underline-offset:.25em}
:focus-visible{outline:3px solid var(--ink);outline-offset:2px}
.agree:has(:focus-visible),.card:has(:focus-visible){outline:3px solid var(--ink);outline-offset:2px}
.agree :focus-visible,.card :focus-visible{outline:0}
.scroll{overflow-x:auto;margin-top:1rem}
table{border-collapse:collapse;font-size:.875rem}
th,td{text-align:start;vertical-align:top;border-bottom:1px solid var(--line);padding:.375rem .75rem .375rem 0;overflow-wrap:normal}
td:first-child{white-space:nowrap}
.wide :is(header>div,main){max-width:90rem}
@media (min-width:40rem){main{margin-block:.5rem 0;border-inline:1px solid var(--line);border-radius:.75rem;padding:2.25rem 2.75rem 3rem}h1{font-size:1.75rem}section>dl>div,.facts>div{grid-template-columns:10rem 1fr}.category dl>div{grid-template-columns:9rem 1fr}dt{line-height:2}.buttons{flex-flow:row wrap}}
@media (prefers-reduced-motion:no-preference){button,.agree,.card{transition:background-color .15s,border-color .15s}}
@media (forced-colors:active){.language button{border-color:ButtonText}.steps li{border-top-color:GrayText}.steps [aria-current],.steps .done{border-top-color:Highlight}.agree:has(:checked),.card:has(:checked){outline:2px solid Highlight}.buttons>button:first-child{border-width:3px}}
`;
