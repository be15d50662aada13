A ledger shows for each message what became of it, why, and which records it reached.
What cannot be processed is kept in quarantine, byte for byte.
