// 画面の文言（英語）。日本語の訳ではなく、英語として書く。
import { limits } from '../application.js';
import type { Texts } from './texts.js';

const site: Texts['site'] = {
  bank: 'Mihon Bank',
  invented: 'not a real bank',
  product: 'Home loan pre-screening',
  skip: 'Skip to the content',
  other: { language: 'ja', name: '日本語' },
  error: (title) => `Error: ${title}`,
  steps: ['Application', 'Income', 'Check', 'Received'],
  progress: 'Steps of the application',
  and: ', ',
  stop: '. ',
  none: 'none',
  brackets: [' (', ')'],
  home: 'To the start page',
  back: 'Back',
  retry: 'Start again',
  askAgain: 'Check again',
  footer: {
    label: 'About Mihon Bank',
    company: 'Company',
    privacy: 'Privacy',
    contact: 'Contact',
    call: 'Loan desk 0120-000-000 (weekdays 9:00 to 17:00)',
    note: 'Mihon Bank is a fictional bank. You cannot really apply for a loan here.',
  },
};

const top: Texts['top'] = {
  title: 'Apply for a home loan pre-screening',
  lead: 'With a My Number Card, you do not need to order a tax certificate. We obtain your income from Mynaportal only if you agree.',
  begin: 'Start the application',
  time: 'It takes about ten minutes. Nothing is kept before you apply.',
  flow: 'How it works',
  flowSteps: [
    ['Application', 'Your name, address, employer, and the loan you have in mind.'],
    ['Income', 'Obtain it from Mynaportal, or enter it yourself.'],
    ['Check', 'You see every value and its source before you apply.'],
    ['Received', 'You get a receipt number, and the result within three business days.'],
  ],
  needs: 'What you need',
  loan: 'Who can apply',
  terms: [
    [
      'Age',
      `${limits.youngest} to ${limits.oldest} when you apply, at most ${limits.ageAtEnd} when the loan ends`,
    ],
    ['Amount', '1 million to 100 million yen, in steps of 10,000 yen'],
    ['Repayment', `${limits.years.from} to ${limits.years.to} years`],
    ['Screening', 'A positive pre-screening does not guarantee the loan.'],
  ],
  now: 'Obtaining information from Mynaportal',
};

const application: Texts['application'] = {
  title: 'Your application',
  lead: 'Fields marked “required” must be filled in. Numbers may be full-width or half-width, with or without commas.',
  you: 'About you',
  work: 'Work and income',
  loan: 'The loan',
  required: 'required',
  optional: 'optional',
  birth: 'Date of birth',
  birthHint: 'For example 31 March 1989, or Heisei 1, month 3, day 31',
  labels: {
    name: 'Name',
    kana: 'Name in katakana',
    era: 'Era or Western calendar',
    year: 'Year',
    month: 'Month',
    day: 'Day',
    postcode: 'Postcode',
    address: 'Address',
    phone: 'Telephone',
    email: 'Email',
    work: 'Kind of work',
    employer: 'Employer',
    annualIncome: 'Last year’s income, before tax',
    amount: 'Amount',
    years: 'Repayment period',
  },
  hints: {
    name: 'As on your My Number Card',
    kana: 'How your name is read',
    postcode: 'Seven digits, for example 100-0000',
    address: 'From the prefecture to the building and room',
    phone: 'Where we can reach you during the day, for example 090-0000-0000',
    email: 'We send the result here, for example hanako@example.com',
    employer: 'Required for employees and officials',
    annualIncome: 'A rough figure is enough, in units of 10,000 yen. For example 520',
    amount: 'In units of 10,000 yen, 100 to 10,000. For example 3,500',
    years: '1 to 35 years. For example 35',
  },
  units: { annualIncome: '× 10,000 yen', amount: '× 10,000 yen', years: 'years' },
  eras: {
    western: 'Western',
    reiwa: 'Reiwa',
    heisei: 'Heisei',
    showa: 'Showa',
    taisho: 'Taisho',
  },
  works: {
    employee: 'Employed',
    official: 'Public service',
    self: 'Self-employed, or director of a company',
    pension: 'Receiving a pension',
    other: 'Other',
  },
  next: 'Next: your income',
  faulty: (count) => (count === 1 ? 'There is a problem' : `There are ${count} problems`),
  faults: {
    nameEmpty: 'Enter your name.',
    nameLong: 'The name can have up to 60 characters.',
    kanaEmpty: 'Enter your name in katakana.',
    kanaOther: 'Use up to 60 characters of katakana.',
    birthEmpty: 'Enter your date of birth.',
    birthEra: 'The era does not have this year. Check the era and the year.',
    birthYear: 'Enter the year of birth as a number of up to four digits.',
    birthMonth: 'Enter the month of birth as a number from 1 to 12.',
    birthDay: 'Enter the day of birth as a number from 1 to 31.',
    birthUnreal: 'There is no such date. Check the year, month and day.',
    birthFuture: 'The date of birth cannot be in the future.',
    birthYoung: `You must be at least ${limits.youngest} years old to apply. Check the date of birth.`,
    birthOld: `You must be at most ${limits.oldest} years old to apply. Check the date of birth.`,
    postcodeEmpty: 'Enter your postcode.',
    postcodeWrong: 'A postcode has seven digits.',
    addressEmpty: 'Enter your address.',
    addressLong: 'The address can have up to 120 characters.',
    phoneEmpty: 'Enter your telephone number.',
    phoneWrong: 'A telephone number starts with 0 and has 10 or 11 digits.',
    emailEmpty: 'Enter your email address.',
    emailWrong: 'Enter an address like name@example.com.',
    workEmpty: 'Choose your kind of work.',
    employerEmpty: 'Enter the name of your employer.',
    incomeEmpty: 'Enter last year’s income. Enter 0 if you had none.',
    incomeWrong: 'Enter last year’s income in units of 10,000 yen, up to six digits.',
    amountEmpty: 'Enter the amount.',
    amountWrong: 'Enter the amount as a number, in units of 10,000 yen.',
    amountRange: 'The amount must be from 100 to 10,000, which is 1 million to 100 million yen.',
    yearsEmpty: 'Enter the repayment period.',
    yearsWrong: 'Enter the years as a number.',
    yearsRange: `The period must be from ${limits.years.from} to ${limits.years.to} years.`,
    yearsAge: (years) =>
      `You can be at most ${limits.ageAtEnd} when the loan ends. Enter ${years} years or fewer.`,
  },
};

const consent: Texts['consent'] = {
  title: 'Your income',
  lead: 'We can obtain your income from Mynaportal, or you can enter it yourself. The conditions are the same.',
  fetchTitle: 'Obtain it from Mynaportal',
  what: 'What we obtain',
  holders: 'Who holds it',
  holderNames: 'Your municipality, the Japan Pension Service, mutual aid associations',
  needs: 'What you need',
  needed: [
    'Your My Number Card',
    'The PIN of its user certificate (4 digits)',
    'A smartphone that can read the card, or a PC with a card reader',
  ],
  purpose: 'Purpose',
  purposeText: 'For the pre-screening of your home loan',
  kept: 'Kept',
  keptFor: (days, day) =>
    `${days} days after the day of consent (until ${day}, if you consent today), then erased`,
  fetch: 'Obtain it from Mynaportal',
  fetchHint:
    'Mynaportal shows the information to be provided and asks for your consent. You have ten minutes. You can stop at any time, before and after.',
  handTitle: 'Enter it yourself',
  handText: 'Have your withholding slip or tax certificate at hand.',
  byHand: 'Enter it myself',
  paperHint: 'You can also use paper documents',
  openNow: 'Available now',
};

const items: Texts['items'] = {
  income: ['Income (local tax)', 'Salary, total income and deductions of the latest fiscal year'],
  pension: ['Pension', 'Kind and yearly amount of the pensions you receive'],
  household: [
    'Household',
    'Name of its head, your relationship, number of members. Also used to check that the information is yours',
  ],
};

const form: Texts['form'] = {
  title: 'Income information',
  leadFetched:
    'We fetched this information from Mynaportal. Please check it. You have not applied yet.',
  leadHand: 'Have your withholding slip or tax certificate at hand. You have not applied yet.',
  dropped: 'We have discarded the information from Mynaportal.',
  labels: {
    salary: 'Salary',
    total: 'Total income',
    deductions: 'Total deductions',
    pension: 'Pension (per year)',
    people: 'Members of the household',
  },
  units: { salary: 'yen', total: 'yen', deductions: 'yen', pension: 'yen', people: 'people' },
  facts: {
    課税年度: 'Fiscal year',
    年金種別: 'Kind of pension',
    世帯主氏名: 'Head of household',
    続柄: 'Relationship to the head',
  },
  factUnits: { 課税年度: '' },
  amountHint: 'In yen. Enter 0 if there is none. For example 5,200,000',
  peopleHint: 'Including yourself. For example 2',
  source: 'From Mynaportal',
  asOf: (day) => `as of ${day}`,
  selfDeclared: 'Entered by you',
  edited: 'Changed by you',
  fetchedValue: (value) => `Fetched value: ${value}`,
  notStated: 'Not stated in the information from Mynaportal',
  edit: (label) => `Change: ${label}`,
  editLabel: (label) => `New value: ${label}`,
  editHint: 'We treat a changed value as your own statement. We may ask you for documents.',
  unfiled:
    'No tax return was filed for this year (未申告). That does not mean an income of zero. Please enter it yourself, or use paper documents.',
  noAmounts:
    'No amount of income that we can use was found. Please enter it yourself, or use paper documents.',
  holders: (names) =>
    `This comes from more than one municipality, for example after a move: ${names}.`,
  missing: (names) =>
    `Information from these offices is missing, because their systems are closed: ${names}.`,
  notTold:
    'The identity documents that you submit later will confirm that this information is yours.',
  keep: (day) => `We use this for the home loan pre-screening only, and keep it until ${day}.`,
  idle: 'After 30 minutes without a click, we erase your entries and the information from Mynaportal.',
  next: 'Continue and check',
  drop: 'Discard the information, and enter it myself',
  fetch: 'Obtain it from Mynaportal',
  faults: {
    amountEmpty: (label) => `${label}: enter an amount, or 0 if there is none.`,
    amountWrong: (label) => `${label}: enter yen as a number of up to twelve digits.`,
    peopleEmpty: (label) => `${label}: enter a number.`,
    peopleWrong: (label) => `${label}: enter a number from 1 to 30.`,
  },
  seal: {
    expired:
      'This page was open for a long time, so the fetched values are shown again. Please check them once more.',
    replayed: 'This was sent before, or belongs to another application. Please check once more.',
    forged:
      'The form did not match the fetched values, so they are shown again. Please check them once more.',
  },
};

const confirm: Texts['confirm'] = {
  title: 'Check your application',
  lead: 'If everything is right, agree to the privacy notice and apply. You have not applied yet.',
  change: 'Change',
  changeWhat: (section) => `Change: ${section}`,
  agree: 'I agree to the privacy notice',
  agreeLink: 'Privacy notice (opens in a new tab)',
  agreeFault: 'To apply, agree to the privacy notice.',
  submit: 'Apply with this information',
};

const receipt: Texts['receipt'] = {
  title: 'We have received your application',
  number: 'Receipt number',
  at: 'Received',
  by: 'Income information',
  product: 'Product',
  provided: 'What you provided',
  fromPortal: 'Fetched from Mynaportal',
  declared: 'Entered or changed by you',
  none: 'None',
  kept: (day) => `until ${day}, then erased`,
  nextTitle: 'What happens next',
  next: 'We will send you the result by email within three business days. (This is a demo: no email will come.)',
  copy: 'Copy for your records (to print)',
  withdrawTitle: 'Withdraw your application',
  withdrawText: 'You can withdraw here or by telephone until you receive the result.',
  withdraw: 'Withdraw the application',
};

const copy: Texts['copy'] = {
  title: 'Home loan pre-screening: copy of your application',
  print: 'Print this page',
  printHint: 'Use “Print” in your browser for paper or a PDF.',
  back: 'Back to the receipt',
  gone: 'The information from Mynaportal can no longer be shown, because its retention period has ended.',
};

const withdraw: Texts['withdraw'] = {
  title: 'Withdraw your application',
  lead: 'When you withdraw, we erase the information from Mynaportal at once. You cannot undo this, but you can apply again.',
  submit: 'Withdraw',
  keep: 'Keep my application',
  doneTitle: 'You have withdrawn your application',
  done: 'We have erased the information from Mynaportal.',
  doneHand: 'We have erased the income that you entered.',
  at: 'Withdrawn',
  again: 'Apply again',
};

const waiting: Texts['waiting'] = {
  pending: {
    title: 'Obtaining your information',
    check: 'Check now',
    cancel: 'Stop, and enter it myself',
    slow: 'It can take a while until the information from every office has arrived.',
  },
  consenting: {
    title: 'Waiting for Mynaportal',
    text: 'This page changes when you have finished at Mynaportal.',
  },
};

const stopped: Texts['stopped'] = {
  titles: {
    declined: 'We have stopped obtaining your information',
    expired: 'The time limit has passed',
    replayed: 'We have already accepted this procedure',
    unknown: 'We could not find your procedure',
    'foreign-browser': 'This page was opened in another browser',
    rejected: 'We cannot continue',
    unavailable: 'The information is not available at the moment',
    failed: 'The information could not be obtained',
    'wrong-person': 'This may not be the applicant’s information',
    'nothing-on-record': 'No such information was found',
    gone: 'Your information has been erased',
  },
  declinedHint:
    'You see this page when you stopped, and also when the card is locked or its certificate has expired. For the PIN and the certificate, please ask the contact for My Number Cards.',
  foreignHint: 'You can continue in the browser you started in.',
  wrongPerson:
    'The head of household in the information differs from the name on the application. We discarded the information without showing it. Please try again with the applicant’s own My Number Card. If only the spelling differs, please use paper documents.',
  gone: 'The period that you consented to ended before you applied. If you need the information, please obtain it again.',
  opens: 'Expected to be available',
  from: (time) => `from ${time}`,
  unknown: 'not known',
  because: 'Item by item',
};

const paper: Texts['paper'] = {
  title: 'With paper documents',
  text: 'Order a tax certificate (課税証明書) of the latest fiscal year from your municipality, at the counter or by post, and send it to us or bring it to a branch.',
  address: 'Address: Mihon Bank, Loan desk, 1-2-3 Mihon, Mihon-shi, Mihon-ken 000-0000',
};

const review: Texts['review'] = {
  title: 'Pre-screening',
  system: 'Screening system',
  staff: 'Officer: Mihon, Screening',
  applicant: 'Applicant',
  product: 'Product',
  income: 'Income information',
  open: 'In screening',
  withdrawn: 'Withdrawn',
  until: 'Fetched information kept',
  untilDay: (day) => `until ${day}`,
  purpose: 'Purpose',
  columns: ['Item', 'Value for the screening', 'Origin', 'Holder', 'As of'],
  labels: {
    ...{ name: 'Name', address: 'Address', work: 'Work', employer: 'Employer' },
    ...{ annualIncome: 'Last year’s income (stated)', amount: 'Amount', years: 'Term' },
  },
  fetched: 'fetched',
  editedBadge: 'changed by applicant',
  declaredBadge: 'entered by applicant',
  original: (value) => `fetched value ${value}`,
  check: 'Compare the values that the applicant entered or changed with the documents.',
  logged: 'This access is recorded in the audit log (purpose: home loan pre-screening).',
  gone: 'The fetched information has been erased',
  goneText:
    'The consented period has ended, so the information can no longer be read. If you need it, obtain it again with a new consent.',
  withdrawnText: 'The applicant has withdrawn, so the fetched information has been erased.',
  hand: 'Nothing was fetched from Mynaportal.',
};

const plain: Texts['plain'] = {
  missingPage: { title: 'There is no such page', text: 'Please check the address.' },
  broken: { title: 'We cannot continue', text: 'Please start again later.' },
};

export const en: Texts = {
  ...{ site, top, application, consent, items, form, confirm },
  ...{ receipt, copy, withdraw, waiting, stopped, paper, review, plain },
};
