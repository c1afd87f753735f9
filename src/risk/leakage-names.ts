/**
 * Headers of columns that are written after the outcome, such as those that Lending Club's files hold beside each
 * loan. What counts events in a window before the application is none of them ("chargeoff_within_12_mths").
 */
const afterwards: readonly [RegExp, string][] = [
  [/(^|_)recover(y|ies|ed)(_|$)/, "money recovered"],
  [/charged?_?off|(^|_)chgoff/, "a charge-off"],
  [/(written|write)_?off/, "a write-off"],
  [/(^|_)collection_(recovery|fee|status|amount|date|flag)/, "a collection"],
  [/settlement/, "a settlement"],
  [/hardship/, "a hardship plan"],
  [/last_(pymnt|payment)/, "the last payment"],
  [/next_pymnt/, "the next payment"],
  [/total_(pymnt|rec)(_|$)/, "everything paid"],
  [/out_prncp/, "what is still owed"],
  [/last_fico/, "the score afterwards"],
  [
    /default(ed)?_(date|on|at|day|month|amount)(_|$)|date_of_default|(^|_)days_in_default/,
    "the default itself",
  ],
  [/^loan_status$|(^|_)bad_debt(_|$)|bankruptcy_date/, "how it ended"],
];

const before = /within|inq|months|mths|_mo(_|$)|last_\d|prior|history|(^|_)ever_/;

/** What a column with this header tells of the time after the outcome; undefined where nothing. */
export function knownAfterwards(header: string): string | undefined {
  const name = header
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z\d]+/g, "_")
    .replace(/^_|_$/g, "");
  if (before.test(name)) return undefined;
  return afterwards.find(([pattern]) => pattern.test(name))?.[1];
}
