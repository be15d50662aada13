**Sender identities**: mail leaves under the name and address of who it is from, such as
invoices from billing@ and tickets from support@. An explicit sender stays; else a rule for
the type of document decides, the department of the document, the author's own address, the
author's department or the company, in this order. What the outgoing server is known to
refuse is not used: another identity speaks for it, and answers still reach the author and
the document. Each mail says in words why it left as it did, and a preview says it before.
