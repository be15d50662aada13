New mailboxes use TLS with a verified certificate, and a server that does not answer is
given up after 10 seconds when connecting and 30 seconds at a command.
