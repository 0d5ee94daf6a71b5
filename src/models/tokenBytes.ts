/**
 * The bytes that a vocabulary's entry stands for. Byte-level vocabularies write each byte as a printable character (GPT-2,
 * `bytes_to_unicode`); SentencePiece ones write a space as ▁ and a lone byte as <0x0A>.
 */
export function tokenBytes(token: string, byteLevel: boolean): Uint8Array {
  if (byteLevel) return Uint8Array.from(token, (character) => byteOfCharacter.get(character) ?? 0x3f);
  const byte = /^<0x([0-9A-F]{2})>$/.exec(token)?.[1];
  return byte === undefined ? new TextEncoder().encode(token.replaceAll('▁', ' ')) : Uint8Array.of(parseInt(byte, 16));
}

/** Printable Latin-1 stands for itself; the other bytes take the characters from U+0100 on. */
const byteOfCharacter = new Map<string, number>();
let next = 256;
for (let byte = 0; byte < 256; byte++) {
  const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
  byteOfCharacter.set(String.fromCharCode(printable ? byte : next++), byte);
}
