**Mail Health** (Settings > Technical > Email, first entry, and a card in General Settings)
shows mailboxes, outgoing servers, sender identities, mail domains and queues, each with a
light, since when, and the one next thing to do with a button that opens the place; worst
first, empty when all is well, with a graph of what was open when. Outgoing servers are
tested once a day, certificates near their end, lost permissions, scheduled actions that
stand still and a growing quarantine are told of in time, by one activity for what has
changed.
