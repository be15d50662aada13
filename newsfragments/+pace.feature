The queue keeps the limits of each outgoing server by minute, hour and day and in connections,
over all workers together; what does not fit waits, and mass mailing leaves room for people. It
sends over several connections at once, while the next mails are built. Where a server cannot be
reached, its fallback server takes over after a number of faults, until the first one answers.
