The check of a mail domain knows your outgoing servers: for each it shows the envelope
domain, the addresses and signatures that round trips have shown, and whether DMARC passes.
It has the demands of large receivers as a list to check off, says what has to be true before
DMARC is made stricter, fetches the policy of MTA-STS, tells whether mail to an alias domain
reaches a mailbox, and asks blocklists if you switch that on. Each domain may have somebody
who is responsible.
