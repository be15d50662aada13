Mail of this Odoo that is forwarded back to it, and autoresponders that answer each other,
are stopped without an answer. What was stopped shows under **Loops** in the ledger and can
be processed again.
