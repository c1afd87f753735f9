/** Fill of a series; after seven, colours repeat and textures differ. */
export const seriesColor = (index: number): string => `var(--series-${index % 7})`;

/** Textures by series, so that colour is never the only difference: "" is plain. */
export const textures = ["", "diagonal", "dots", "vertical", "cross", "horizontal", "back"] as const;
export type Texture = (typeof textures)[number];

export const textureOf = (index: number): Texture =>
  textures[(index + Math.floor(index / 7)) % textures.length] ?? "";
