/** The part of xlsx-populate that tests use; the package has no types. */
declare module "xlsx-populate" {
  interface Cells {
    value(value: unknown): Cells;
    formula(formula: string): Cells;
    style(name: string, value: unknown): Cells;
  }
  interface Sheet {
    cell(address: string): Cells;
    range(address: string): Cells;
  }
  interface Book {
    sheet(index: number): Sheet;
    outputAsync(options?: { password?: string }): Promise<Buffer>;
  }
  const XlsxPopulate: { fromBlankAsync(): Promise<Book> };
  export default XlsxPopulate;
}
