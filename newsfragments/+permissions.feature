**Check Permissions** asks an outgoing server for each address that Odoo would send as:
users, companies, templates, alias domains and the new sender identities. Nothing is sent.
The list says which addresses are allowed and which refused, with the server's own words
and what to do; a refused one is sent from the account, or through another server, with one
click. Answers are refreshed once a week, gently, and when a real mail is refused.
