/**
 * The states as tiles of equal area: Rhode Island is as legible as Texas, every tile holds its figure, and arrow
 * keys walk between neighbours. It costs half a kilobyte where simplified outlines cost thirty.
 */
const grid = `
.. .. .. .. .. .. .. .. .. .. ME
AK .. .. .. .. WI .. .. .. VT NH
WA ID MT ND MN IL MI .. NY MA ..
OR NV WY SD IA IN OH PA NJ CT RI
CA UT CO NE MO KY WV VA MD DE ..
.. AZ NM KS AR TN NC SC DC .. ..
.. .. .. OK LA MS AL GA .. .. ..
HI .. .. TX .. .. .. .. FL .. ..`;

export interface Tile {
  readonly state: string;
  readonly column: number;
  readonly row: number;
}

export const tiles: readonly Tile[] = grid
  .trim()
  .split("\n")
  .flatMap((line, row) =>
    line.split(" ").flatMap((state, column) => (state === ".." ? [] : [{ state, column, row }])),
  );

export const tileColumns = 11;
export const tileRows = 8;
