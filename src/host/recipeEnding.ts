/** How the name of every recipe ends. */
export const recipeEnding = '.softprompt.json';
