Test Connection of outgoing servers shows each stage with its time, the server's words,
what they mean and what to do, from the name to the recipient, without sending anything.
Where port or security are wrong, it says which settings would work and takes them over
with one button. A test message goes to addresses of your own only. Tests are kept and
compared with the last good one, with a transcript that holds no passwords. A port that
waits for SSL/TLS, a port 25 that is blocked or answered by something else, and a client
certificate of one's own that cannot be used each have a name.
