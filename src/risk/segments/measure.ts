/** One kind of behaviour, a value per customer. */
export interface Measure {
  readonly name: string;
  readonly label: string;
  /** NaN where missing. */
  readonly values: Float64Array;
}
