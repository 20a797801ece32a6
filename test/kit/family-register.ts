/** What a host adds to the catalogue for 戸籍, which no table of guideline v2.2 names. */
export const familyRegister = {
  servers: [
    {
      id: 'moj-family-register',
      ja: '法務省の戸籍情報',
      en: 'family register of the Ministry of Justice',
      holder: { ja: '法務省', en: 'Ministry of Justice' },
      hours: 'unknown',
    },
  ],
  details: [
    {
      id: 'family-register',
      ja: '戸籍',
      en: 'family register',
      category: 'household',
      holders: ['moj-family-register'],
    },
  ],
  items: [{ code: 'TM00000000000108', ja: '戸籍関係情報', details: ['family-register'] }],
} as const;
