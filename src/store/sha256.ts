import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** SHA-256 of a file's bytes, hexadecimal, without holding the file in memory. Throws what the operating system says. */
export async function sha256OfFile(path: string): Promise<string> {
  const sha256 = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 22 })) sha256.update(chunk as Buffer);
  return sha256.digest('hex');
}
