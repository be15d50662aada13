Incoming mail is stored and committed before the mail server is told so, and processed
from the database: a crash at any point neither loses a message nor processes it twice.
