Rules decide what becomes of incoming mail: an ordered table of conditions (recipient,
sender, subject, any header, size, attachments, spam marks, time …) and actions (to an
alias, a new record of a help topic, an existing record, a department, forward, answer,
ignore, quarantine, or set department, tags and identity and go on). The first that matches
wins, hits are counted and dated. **Try a Route** shows for a pasted, uploaded or received
message what would become of it and why, and writes nothing; so does
``mail.gateway.rule.explain(raw)``. Each message of the ledger shows who was asked and which
header decided, and one page the order of the whole chain. ``support+vip@`` leads to the
alias ``support``.
A rule forwards and answers no more than **Most an Hour**: the rest waits in quarantine, or
says that nobody was told. Slow regular expressions keep no message for long, and their rules
say that they are slow.
