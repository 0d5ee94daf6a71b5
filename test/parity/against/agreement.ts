import * as z from 'zod';

/** What test/golden/makeGenerations.py writes of each text: by the number of beams, its tokens and how near the two highest logits were. */
export const generationsSchema = z.array(
  z.record(z.string(), z.object({ tokens: z.array(z.int()), gaps: z.array(z.number()) })),
);
type Generated = z.infer<typeof generationsSchema>[number][string];

/** Logits that are nearer than this are equal for float32. */
const tie = 1e-3;

/** Whether tokens are the referee's; where its two highest logits were equal either is right, and what follows is another text. */
export function agreement(found: readonly number[], { tokens, gaps }: Generated): 'equal' | 'tie' | 'different' {
  const at = Array.from({ length: Math.max(found.length, tokens.length) }, (_, i) => i).find(
    (i) => found[i] !== tokens[i],
  );
  if (at === undefined) return 'equal';
  return (gaps[at] ?? Infinity) < tie ? 'tie' : 'different';
}
