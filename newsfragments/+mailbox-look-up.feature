**Look Up Settings** on the form of a mailbox finds the IMAP or POP3 server of its address:
of a known provider, with what that wants, by the domain's SRV records (RFC 6186), or by its
usual name.
