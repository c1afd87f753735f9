import type { UserColumn } from "./users.ts";

/** Columns of the canonical tables that never decide risk or a credit offer. */
export const barredColumns: Readonly<Partial<Record<UserColumn, string>>> = {
  age: "age",
  birth_year: "birth date",
  birth_month: "birth date",
  retirement_age: "retirement",
  gender: "gender",
  employment_status: "employment status",
  area_income_usd: "area income",
  latitude: "place",
  longitude: "place",
  state: "place",
  city: "place",
  nearest_place: "place",
};

/** "NumberOfTimes90DaysLate" -> number, of, times, 90, days, late. */
export const wordsOf = (header: string): string[] =>
  header
    .replaceAll(/(\p{Ll}|\d)(\p{Lu})/gu, "$1 $2")
    .replaceAll(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");

/** Ages of what belongs to a borrower are no age of the borrower: "age of oldest account". */
const AGED =
  /^(?:accounts?|acct|accts|cards?|credit|credits|loans?|file|files|history|trades?|tradelines?|lines?|oldest|newest|relationship|car|cars|vehicles?|house|home|property|building|business|company|firm|mortgage|debt|debts|delinquency|inquiry|inquiries|bureau|collateral|asset|receivables?)$/;
/** How long someone has worked is no status. */
const LENGTH =
  /^(?:length|since|duration|days|months|years|year|yrs|tenure|time|title|term|start|number|count)$/;
const WORK = /^(?:employment|employed|employ|employee|emp|job|work|working|occupation|occupational)$/;
const STATUS = /^(?:status|stat|state|type|category|class|situation)$/;
/** What has a state that is no place. */
const STATED =
  /^(?:accounts?|acct|cards?|loans?|payments?|pay|credit|application|repayment|employment|job|work|delinquency|dispute|process|workflow|machine)$/;

type Rule = readonly [meaning: string, holds: (words: readonly string[], all: string) => boolean];
const any = (pattern: RegExp) => (words: readonly string[]) => words.some((word) => pattern.test(word));

/** By the words of a header, in this order. Wide enough for the public credit files, and no wider: see the tests. */
const rules: readonly Rule[] = [
  ["gender", any(/^(?:gender|sex|male|female|geschlecht|sexe|sexo)$/)],
  [
    "marital status",
    (words, all) =>
      any(/^(?:marital|marriage|married|spouse|divorced|widowed|unmarried|famges)$/)(words) ||
      /\b(?:civil|family|personal|relationship|matrimonial) (?:status|state)\b/.test(all),
  ],
  ["birth date", any(/^(?:birth|birthday|birthdate|birthyear|birthmonth|birthplace|dob|yob|mob|born)$/)],
  ["retirement", any(/^(?:retire|retired|retirement|retiree|retiring|pension|pensioner|pensioners)$/)],
  [
    "age",
    (words) =>
      any(/^(?:age|ages|agegroup|ageband|agebin)$/)(words) && (words.includes("at") || !any(AGED)(words)),
  ],
  [
    "employment status",
    (words, all) =>
      !any(LENGTH)(words) &&
      ((any(WORK)(words) && any(STATUS)(words)) ||
        any(/^(?:unemployed|jobless|selfemployed|employmentstatus)$/)(words) ||
        /^(?:is )?(?:self )?(?:employed|employment)$/.test(all) ||
        all.endsWith("income type")),
  ],
  [
    "area income",
    (words, all) =>
      any(/^(?:income|incomes|salary|earnings|wage|wages)$/)(words) &&
      (/\bper (?:capita|head)\b/.test(all) ||
        any(/^(?:area|zip|zipcode|postcode|neighbou?rhood|region|regional|county|city|state|census|tract)$/)(
          words,
        )),
  ],
  [
    "place",
    (words, all) =>
      any(
        /^(?:latitude|longitude|lat|lon|lng|coordinates?|geo|geography|geohash|geolocation|city|town|zip|zip3|zip5|zipcode|postcode|postal|postalcode|plz|country|countries|region|regions|county|province|municipality|district|borough|suburb|neighbou?rhood|location|addrstate|homestate|prefecture|canton)$/,
      )(words) ||
      /^(?:long|place|area|nearest place|place of .*)$/.test(all) ||
      (words.includes("state") && !any(STATED)(words)),
  ],
  [
    "race, religion or nationality",
    (words, all) =>
      any(
        /^(?:race|racial|ethnic|ethnicity|religion|religious|faith|caste|nationality|nationalities|citizen|citizenship|foreigner|immigrant|immigration|tribe|gastarb)$/,
      )(words) ||
      /\b(?:national origin|foreign worker|native country|mother tongue|skin colou?r)\b/.test(all),
  ],
];

/** What a header says about a person that never decides risk (DESIGN 8); undefined for every other. */
export function barredHeader(header: string): string | undefined {
  const words = wordsOf(header);
  // what the outcome is called, and "marital" among other words, are told apart by the words alone
  return rules.find(([, holds]) => holds(words, words.join(" ")))?.[0];
}

const vocabularies: readonly (readonly [meaning: string, known: RegExp, certain: RegExp])[] = [
  [
    "gender",
    /^(?:m|f|male|female|man|woman|men|women|x|other|divers|nonbinary|xna|unknown)$/,
    /^(?:m|f|male|female|man|woman)$/,
  ],
  [
    "marital status",
    /^(?:single|married|divorced|widowed|widow|widower|separated|unmarried|nevermarried|civilmarriage|civilpartnership|cohabiting|singlenotmarried|other|others|unknown)$/,
    /^(?:married|divorced|widowed|civilmarriage)$/,
  ],
  [
    "employment status",
    /^(?:employed|fulltime|parttime|employedfulltime|employedparttime|selfemployed|unemployed|retired|pensioner|student|working|notemployed|notavailable|commercialassociate|stateservant|homemaker|housewife|other|others|unknown|maternityleave|businessman)$/,
    /^(?:employed|unemployed|retired|pensioner|selfemployed|notemployed)$/,
  ],
  ["place", /^(?:urban|rural|semiurban|suburban)$/, /^(?:urban|rural)$/],
];

/** The same by the values of a column of words, whatever its header: all known, and two that mean nothing else. */
export function barredWords(levels: readonly string[]): string | undefined {
  const plain = levels.map((level) => level.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, ""));
  return vocabularies.find(
    ([, known, certain]) =>
      plain.every((word) => known.test(word)) && plain.filter((word) => certain.test(word)).length >= 2,
  )?.[0];
}
