/**
 * Draws the icon of the exe: the wheel of a windlass. `deno run --allow-write=deploy/exe
 * deploy/exe/icon.ts` writes `windlass.ico` beside this file.
 *
 * @module
 */

type Colour = readonly [red: number, green: number, blue: number];

const WHEEL: Colour = [0x1f, 0x6f, 0xb5];
const HUB: Colour = [0x0f, 0x3d, 0x6b];
const SPOKES = 6;
const SIZES = [16, 32, 48, 256];
/** Each pixel is looked at in a grid of so many places along each side, which smooths the edges. */
const FINE = 4;

/** The colour at a place, the wheel's middle being 0/0 and its rim 1 away; `null` for none. */
function colourAt(x: number, y: number): Colour | null {
  const radius = Math.hypot(x, y);
  if (radius < 0.22) return HUB;
  if (radius > 0.62 && radius < 0.82) return WHEEL;
  const sector = (2 * Math.PI) / SPOKES;
  const angle = Math.atan2(y, x) - sector / 2;
  const off = Math.abs(angle - sector * Math.round(angle / sector));
  return radius < 0.98 && radius * Math.sin(off) < 0.075 && off < 1 ? WHEEL : null;
}

/** The picture, four bytes for each pixel: red, green, blue, opacity. */
function draw(size: number): Uint8Array {
  const pixels = new Uint8Array(4 * size * size);
  const place = (pixel: number, part: number): number =>
    2 * (pixel + (part + 0.5) / FINE) / size - 1;
  for (let at = 0; at < size * size; at++) {
    const sum = [0, 0, 0];
    let hits = 0;
    for (let part = 0; part < FINE * FINE; part++) {
      const x = place(at % size, part % FINE);
      const y = place(Math.floor(at / size), Math.floor(part / FINE));
      const colour = colourAt(x, y);
      if (colour === null) continue;
      hits++;
      colour.forEach((value, channel) => sum[channel] = (sum[channel] ?? 0) + value);
    }
    if (hits === 0) continue;
    pixels.set([...sum.map((each) => each / hits), 255 * hits / FINE ** 2], 4 * at);
  }
  return pixels;
}

async function png(size: number): Promise<Uint8Array> {
  const pixels = draw(size);
  const rows = new Uint8Array(size * (4 * size + 1)); // each row begins with its filter: 0 for none
  for (let row = 0; row < size; row++) {
    rows.set(pixels.subarray(4 * size * row, 4 * size * (row + 1)), row * (4 * size + 1) + 1);
  }
  const stream = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, size);
  header.setUint32(4, size);
  header.setUint16(8, 0x0806); // eight bits for each of red, green, blue, opacity
  return joined([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", new Uint8Array(await new Response(stream).arrayBuffer())),
    chunk("IEND", new Uint8Array()),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = joined([new TextEncoder().encode(type), data]);
  return joined([u32(data.length), body, u32(crc32(body))]);
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function u32(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value);
  return new Uint8Array(view.buffer);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The icon, with a picture for each of Windows' usual sizes. */
export async function icon(): Promise<Uint8Array<ArrayBuffer>> {
  const pictures = await Promise.all(SIZES.map(png));
  const head = new DataView(new ArrayBuffer(6 + 16 * SIZES.length));
  head.setUint16(2, 1, true);
  head.setUint16(4, SIZES.length, true);
  let offset = head.byteLength;
  for (const [index, picture] of pictures.entries()) {
    const at = 6 + 16 * index;
    const size = SIZES[index] ?? 0;
    head.setUint8(at, size % 256); // 0 stands for 256
    head.setUint8(at + 1, size % 256);
    head.setUint16(at + 4, 1, true);
    head.setUint16(at + 6, 32, true);
    head.setUint32(at + 8, picture.length, true);
    head.setUint32(at + 12, offset, true);
    offset += picture.length;
  }
  return joined([new Uint8Array(head.buffer), ...pictures]);
}

if (import.meta.main) {
  await Deno.writeFile(new URL("windlass.ico", import.meta.url), await icon());
}
