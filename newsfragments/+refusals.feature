A mail server's refusal is explained: a wrong password, a missing app password, IMAP or
POP3 switched off, a login that needs OAuth or a browser, too many connections, a full or
missing folder and many more each have their own text with cause and remedy, the field
of the form at fault, and the provider's own steps where they are known. Passwords and
tokens that a server repeats are hidden, also in base64.
