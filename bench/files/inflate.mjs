/**
 * A floor for workbooks: the sheets and texts of each file are inflated, and what comes out is thrown away.
 * node inflate.mjs FILE…
 */
import { createInflateRaw } from "node:zlib";
import yauzl from "yauzl";

const PIECE = 1 << 20;
let bytes = 0;
for (const path of process.argv.slice(2)) await inflate(path);
console.log(bytes);

/** @param {string} path */
function inflate(path) {
  return new Promise((done, failed) => {
    yauzl.open(path, { lazyEntries: true }, (error, zip) => {
      if (error) return failed(error);
      zip.on("error", failed);
      zip.on("end", done);
      zip.on("entry", (entry) => {
        if (!/worksheets\/|sharedStrings/.test(entry.fileName)) return zip.readEntry();
        zip.openReadStream(entry, { decompress: false }, (error, packed) => {
          if (error) return failed(error);
          packed
            .pipe(createInflateRaw({ chunkSize: PIECE }))
            .on("data", (piece) => {
              bytes += piece.length;
            })
            .on("end", () => zip.readEntry());
        });
      });
      zip.readEntry();
    });
  });
}
