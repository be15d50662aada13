An outgoing server is set up by choosing its provider, or by typing an address of one:
server, port, encryption and limits are filled in, and the provider's own steps are shown.
About 30 providers are known; what is not sure about them is marked. **Look Up Settings** finds the server for other addresses: by
the MX records of a customer's domain, or by its SRV records, and says what it found. ``ssl://host:port``, ``tls://host``, ``smtps://…`` and
``submission://…`` are understood in the field of the server. **Same as mailbox** logs in
with the user name and the password of an incoming server, which stay there.
