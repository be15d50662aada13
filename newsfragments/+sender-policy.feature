An outgoing server can say under which addresses its account may send: any, only its own,
or only the listed ones. What the provider would refuse leaves from the account's address
under the author's name, and answers go to the author. All mail can be sent from the
account, also as "Ann Smith via Sales".
