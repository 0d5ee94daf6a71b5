/**
 * For a question that may come while a panel has the focus: the editor hands the focus back to the panel when the command palette closes, at
 * times so late that the question is open already, and would be put away by it.
 */
export const outlivesFocus = { ignoreFocusOut: true } as const;
