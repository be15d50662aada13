The same mail in two mailboxes is one mail, routed to the recipients of both deliveries;
the same Message-ID with other content is a message of its own.
