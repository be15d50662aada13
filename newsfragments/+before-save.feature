**Test Before Save**, a switch on the form of an outgoing server with a default in General
Settings: a server whose test fails is not saved. The form keeps all that was typed, and
says which stage failed, what the server said and what to do.
