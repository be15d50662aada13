**Round Trip** sends a real message from each address through an outgoing server into a
mailbox that Odoo fetches, and shows what arrived: whether From was kept or rewritten,
``Sender`` and return path, SPF, DKIM and DMARC as the mailbox's server saw them, the
encryption of the last hop, and the seconds on the way. Refusals that come later, as a
report, are found as well. A refusal of the content is over once a real mail or a round
trip gets through.
