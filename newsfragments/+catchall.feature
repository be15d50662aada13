Mail to a catchall address waits in quarantine instead of being answered that it was not
accepted. The alias domain says what else may become of it: stock's answer, in the name of
the right company, an alias, a new record, a record or a person's inbox; companies that
share a domain decide each. Who is written to beside catchall gets the message.
