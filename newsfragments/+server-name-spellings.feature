The server name of a mailbox takes what people paste: ``ssl://host:port``,
``tls://host:port``, ``imaps://…``, ``pop3s://…``, ``host:port``, an address from a
browser, or PHP's ``{host:993/imap/ssl}``. It is split into server, port, security and
server type.
