A routing rule, an alias or a mailbox gives a message its department, which new records
carry and which says who is responsible for them and who follows them. The Mail tab of a
department has all of it in one place.
What is sent on by hand gets its department and tags as well.
