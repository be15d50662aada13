Bounces are known by what they say, in the standard forms and in plain words. Each recipient
who was not reached is marked with the reason in words, the author reads it in one note on
the document, and only permanent failures count for the contact and for the blacklist of
*Email Marketing*. Read receipts are noted, complaints put who got the message on the
blacklist and raise an activity, DMARC and TLS reports are kept apart.
