/** FIPS number, two-letter code and name: 50 states, the District of Columbia, five territories. */
const states: readonly (readonly [fips: string, code: string, name: string, ...aliases: string[]])[] = [
  ["01", "AL", "Alabama"],
  ["02", "AK", "Alaska"],
  ["04", "AZ", "Arizona"],
  ["05", "AR", "Arkansas"],
  ["06", "CA", "California"],
  ["08", "CO", "Colorado"],
  ["09", "CT", "Connecticut"],
  ["10", "DE", "Delaware"],
  ["11", "DC", "District of Columbia", "Washington DC", "Washington, DC"],
  ["12", "FL", "Florida"],
  ["13", "GA", "Georgia"],
  ["15", "HI", "Hawaii"],
  ["16", "ID", "Idaho"],
  ["17", "IL", "Illinois"],
  ["18", "IN", "Indiana"],
  ["19", "IA", "Iowa"],
  ["20", "KS", "Kansas"],
  ["21", "KY", "Kentucky"],
  ["22", "LA", "Louisiana"],
  ["23", "ME", "Maine"],
  ["24", "MD", "Maryland"],
  ["25", "MA", "Massachusetts"],
  ["26", "MI", "Michigan"],
  ["27", "MN", "Minnesota"],
  ["28", "MS", "Mississippi"],
  ["29", "MO", "Missouri"],
  ["30", "MT", "Montana"],
  ["31", "NE", "Nebraska"],
  ["32", "NV", "Nevada"],
  ["33", "NH", "New Hampshire"],
  ["34", "NJ", "New Jersey"],
  ["35", "NM", "New Mexico"],
  ["36", "NY", "New York"],
  ["37", "NC", "North Carolina"],
  ["38", "ND", "North Dakota"],
  ["39", "OH", "Ohio"],
  ["40", "OK", "Oklahoma"],
  ["41", "OR", "Oregon"],
  ["42", "PA", "Pennsylvania"],
  ["44", "RI", "Rhode Island"],
  ["45", "SC", "South Carolina"],
  ["46", "SD", "South Dakota"],
  ["47", "TN", "Tennessee"],
  ["48", "TX", "Texas"],
  ["49", "UT", "Utah"],
  ["50", "VT", "Vermont"],
  ["51", "VA", "Virginia"],
  ["53", "WA", "Washington"],
  ["54", "WV", "West Virginia"],
  ["55", "WI", "Wisconsin"],
  ["56", "WY", "Wyoming"],
  ["60", "AS", "American Samoa"],
  ["66", "GU", "Guam"],
  ["69", "MP", "Northern Mariana Islands", "Commonwealth of the Northern Mariana Islands"],
  ["72", "PR", "Puerto Rico"],
  ["78", "VI", "United States Virgin Islands", "US Virgin Islands", "Virgin Islands"],
];

/** Case, full stops and repeated spaces carry no meaning: "N.Y.", "new  york". A decimal point does. */
const normal = (text: string): string =>
  text
    .normalize("NFKC")
    .replace(/\.(?!\d)/g, "")
    .trim()
    .replace(/\s+/g, " ")
    .toLowerCase();

const codes = new Map(
  states.flatMap(([fips, code, ...names]) =>
    // "6" is "06" after a spreadsheet took it for a number.
    [fips, String(Number(fips)), code, ...names].map((text) => [normal(text), code] as const),
  ),
);

/** Two-letter code for a stated state: code, full name, any case, FIPS number text; null when it is none. */
export function stateCode(text: string): string | null {
  return codes.get(normal(text)) ?? null;
}
