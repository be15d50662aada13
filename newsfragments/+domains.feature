**Mail Domains** lists every domain that Odoo sends from or receives at, checks its SPF,
DKIM, DMARC, MX and transport records each day, and says what to publish: one merged SPF
record that keeps your own terms, the keys that your provider wants, and a DMARC record,
each with a copy button, the reason and what is at stake. **Check Again** shows what has
changed; an activity tells of changes that nobody made here.
