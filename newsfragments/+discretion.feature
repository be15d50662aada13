What an outgoing server says when it refuses a mail is kept without the password or the
token of the login, though it quotes them: in the log, in the reason of the failed mail,
in evidence, and in the exception for who sends at once.
