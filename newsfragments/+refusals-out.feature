What an outgoing server refuses is explained: a login of the wrong kind, a sender that
the account may not use, a relay that does not know this machine, a limit for the day, a
domain without SPF or DKIM, a listed address and many more each have their own text with
cause and remedy. A mail that failed says so in words, never again “111”. What the server
gave no reason for is not guessed at.
