Test & Confirm shows each stage with its time, the certificate and the number of waiting
messages. Where security or port are wrong, it says which settings would work and takes
them over with one button; nothing weaker is used without a question. Folders are picked
from those of the server, and mailboxes whose certificate is not verified say so.
