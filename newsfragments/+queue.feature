The queue delivers. What may pass is tried again by a schedule, a server that is away costs
one attempt of one mail, and a fault of a login or a sender stops that server or sender until
a test passes. What a server has accepted is never sent again, also when one recipient of five
was refused or a worker dies on the way; what nobody knows shows as uncertain, with a choice.
Mass mailing yields to the mail of people, and one switch in General Settings pauses it all.
