import { crc32, deflateRawSync } from "node:zlib";

export interface ZipPart {
  name: string;
  bytes: Buffer | string;
  /** Kept as it is instead of deflated. */
  isStored?: boolean;
  /** The sizes and offset go to the ZIP64 extra field. */
  isZip64?: boolean;
  /** What the directory says instead of the truth. */
  claims?: { size?: number; crc32?: number; flags?: number; method?: number; offset?: number };
}

/** A zip file, made here so that tests can also make broken ones. */
export function zip(parts: readonly ZipPart[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const bytes = Buffer.from(part.bytes);
    const data = part.isStored ? bytes : deflateRawSync(bytes);
    const name = Buffer.from(part.name);
    const fields = {
      flags: 0x800,
      method: part.isStored ? 0 : 8,
      crc32: crc32(bytes),
      size: bytes.length,
      offset,
      ...part.claims,
    };
    const local = header(0x04034b50, fields, data.length, name);
    files.push(local, name, data);
    directory.push(central(fields, data.length, name, part.isZip64 === true));
    offset += local.length + name.length + data.length;
  }
  const list = Buffer.concat(directory);
  return Buffer.concat([
    ...files,
    list,
    parts.some((part) => part.isZip64) ? end64(offset, list.length, parts.length) : Buffer.alloc(0),
    end(
      offset,
      list.length,
      parts.length,
      parts.some((part) => part.isZip64),
    ),
  ]);
}

interface Fields {
  flags: number;
  method: number;
  crc32: number;
  size: number;
  offset: number;
}

function header(
  signature: number,
  { flags, method, crc32: sum, size }: Fields,
  zipped: number,
  name: Buffer,
): Buffer {
  const bytes = Buffer.alloc(30);
  bytes.writeUInt32LE(signature, 0);
  bytes.writeUInt16LE(20, 4);
  bytes.writeUInt16LE(flags, 6);
  bytes.writeUInt16LE(method, 8);
  bytes.writeUInt32LE(sum, 14);
  bytes.writeUInt32LE(zipped, 18);
  bytes.writeUInt32LE(size, 22);
  bytes.writeUInt16LE(name.length, 26);
  return bytes;
}

function central(fields: Fields, zipped: number, name: Buffer, isZip64: boolean): Buffer {
  const bytes = Buffer.alloc(46);
  bytes.writeUInt32LE(0x02014b50, 0);
  bytes.writeUInt16LE(45, 4);
  header(0, fields, zipped, name).copy(bytes, 6, 4);
  const extra = Buffer.alloc(isZip64 ? 28 : 0);
  if (isZip64) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    extra.writeBigUInt64LE(BigInt(fields.size), 4);
    extra.writeBigUInt64LE(BigInt(zipped), 12);
    extra.writeBigUInt64LE(BigInt(fields.offset), 20);
  }
  bytes.writeUInt32LE(isZip64 ? 0xffffffff : zipped, 20);
  bytes.writeUInt32LE(isZip64 ? 0xffffffff : fields.size, 24);
  bytes.writeUInt16LE(extra.length, 30);
  bytes.writeUInt16LE(0, 32);
  bytes.writeUInt32LE(isZip64 ? 0xffffffff : fields.offset, 42);
  return Buffer.concat([bytes, name, extra]);
}

function end64(offset: number, size: number, count: number): Buffer {
  const bytes = Buffer.alloc(56 + 20);
  bytes.writeUInt32LE(0x06064b50, 0);
  bytes.writeBigUInt64LE(44n, 4);
  bytes.writeUInt16LE(45, 12);
  bytes.writeUInt16LE(45, 14);
  bytes.writeBigUInt64LE(BigInt(count), 24);
  bytes.writeBigUInt64LE(BigInt(count), 32);
  bytes.writeBigUInt64LE(BigInt(size), 40);
  bytes.writeBigUInt64LE(BigInt(offset), 48);
  bytes.writeUInt32LE(0x07064b50, 56);
  bytes.writeBigUInt64LE(BigInt(offset + size), 64);
  bytes.writeUInt32LE(1, 72);
  return bytes;
}

function end(offset: number, size: number, count: number, isZip64: boolean): Buffer {
  const bytes = Buffer.alloc(22);
  bytes.writeUInt32LE(0x06054b50, 0);
  bytes.writeUInt16LE(isZip64 ? 0xffff : count, 8);
  bytes.writeUInt16LE(isZip64 ? 0xffff : count, 10);
  bytes.writeUInt32LE(isZip64 ? 0xffffffff : size, 12);
  bytes.writeUInt32LE(isZip64 ? 0xffffffff : offset, 16);
  return bytes;
}
