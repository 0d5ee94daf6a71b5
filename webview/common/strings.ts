import * as l10n from '@vscode/l10n';

/** The strings of the reader's language, which the host put into the page; imported before anything asks for one. */
l10n.config({ contents: document.getElementById('strings')?.textContent ?? '{}' });
