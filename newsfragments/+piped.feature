What a mail server pipes in with Odoo's mailgate script is stored in the ledger first
where a local mailbox stands for it, and the mail server still learns of a failure.
