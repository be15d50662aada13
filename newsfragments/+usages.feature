An outgoing server that a sender identity, another server or a mailbox with the same
credentials uses is not archived unawares: the refusal names each use with what to change.
A mailbox whose password also serves an outgoing server can be archived now; that one goes
on sending.
