export const EARTH_RADIUS_KM = 6371.0088;
export const KM_PER_DEGREE = (EARTH_RADIUS_KM * Math.PI) / 180;

export const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** False for NaN and for numbers that are no place on Earth. */
export const isCoordinate = (latitude: number, longitude: number): boolean =>
  Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
